using System.Globalization;
using System.Net.Http.Headers;

namespace CrmSolid.Client.Http;

/// <summary>
/// Holds requests back before the rate limit of the key is reached, from the <c>X-RateLimit-*</c> headers of the answers
/// and its own count of requests that have no answer yet. Safe for concurrent use.
/// </summary>
internal sealed class RateLimitPacer(TimeProvider time)
{
    private const int MarginPercent = 1; // left to other clients of the same key, which this one does not see

    // Half a window of the server, which lasts 60 seconds: two windows cannot be confused, however late an answer comes.
    private static readonly TimeSpan SameEnd = TimeSpan.FromSeconds(30);

    private readonly object _lock = new();
    private readonly long _start = time.GetTimestamp();
    private int _limit;
    private int _remaining;
    private TimeSpan _windowEnd; // in the past: the window has ended, or nothing is known yet

    private TimeSpan Now => time.GetElapsedTime(_start);

    /// <summary>
    /// Waits until the window has room, and counts one request. If that would take longer than <paramref name="most"/>,
    /// it does not wait: the server decides.
    /// </summary>
    public async ValueTask WaitAsync(TimeSpan most, CancellationToken cancellationToken)
    {
        TimeSpan wait;
        while ((wait = Reserve(most)) > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
            most -= wait;
        }
    }

    /// <summary>Learns from the headers of an answer. Answers may come in another order than the requests.</summary>
    public void Update(HttpResponseHeaders headers)
    {
        if (Number(headers, "X-RateLimit-Limit") is not { } limit
            || Number(headers, "X-RateLimit-Remaining") is not { } remaining
            || Number(headers, "X-RateLimit-Reset") is not { } reset)
        {
            return; // not an answer of the API, for example of a proxy in front of it
        }
        lock (_lock)
        {
            TimeSpan end = Now + TimeSpan.FromSeconds(reset);
            bool isKnown = Now < _windowEnd && limit == _limit;
            if (isKnown && end < _windowEnd - SameEnd)
            {
                return; // a late answer, about a window that has ended
            }
            // The server rounds up, so its next window may begin before the known one ends here.
            if (isKnown && end <= _windowEnd + SameEnd)
            {
                _remaining = Math.Min(_remaining, remaining);
                _windowEnd = end < _windowEnd ? end : _windowEnd; // the earliest is the closest to the real end
                return;
            }
            (_limit, _remaining, _windowEnd) = (limit, remaining, end);
        }
    }

    private TimeSpan Reserve(TimeSpan most)
    {
        lock (_lock)
        {
            TimeSpan wait = _windowEnd - Now;
            if (wait <= TimeSpan.Zero || _remaining > _limit * MarginPercent / 100 || wait > most)
            {
                _remaining--;
                return TimeSpan.Zero;
            }
            return wait;
        }
    }

    private static int? Number(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values)
        && int.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : null;
}

using System.Net.Http.Headers;

namespace CrmSolid.Client.Http;

/// <summary>
/// Holds requests back before the rate limit of the key is reached, from the <c>X-RateLimit-*</c> headers of the answers
/// and its own count of requests. A window that has ended is followed by one that is taken to have the same limit. Safe for
/// concurrent use.
/// </summary>
internal sealed class RateLimitPacer(TimeProvider time)
{
    private const int MarginPercent = 1; // left to other clients of the same key, which this one does not see

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60); // a window of the server
    private static readonly TimeSpan LongestSlice = TimeSpan.FromSeconds(1); // a wait may turn out to be shorter
    private static readonly TimeSpan FirstAnswerWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Rounding = TimeSpan.FromSeconds(2); // the server tells whole seconds, rounded up

    private readonly object _lock = new();
    private readonly long _start = time.GetTimestamp();
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _nextFirst = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan? _firstSentAt;
    private int _limit; // 0: the server tells none
    private int _remaining;
    private TimeSpan _windowEnd;
    private int _window;

    private TimeSpan Now => time.GetElapsedTime(_start);

    /// <summary>Waits until the window has room, and counts one request: the window that it is counted in.</summary>
    public async ValueTask<int> WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task change;
            TimeSpan wait;
            lock (_lock)
            {
                wait = Reserve();
                if (wait <= TimeSpan.Zero)
                {
                    return _window;
                }
                change = _known.Task.IsCompleted ? Task.CompletedTask : Task.WhenAny(_known.Task, _nextFirst.Task);
            }
            if (change.IsCompleted)
            {
                await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await Task.WhenAny(change, Task.Delay(wait, time, cancellationToken)).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>
    /// A request that was counted in <paramref name="window"/> has been answered with these headers, or, with null, not at
    /// all. Answers may come in another order than the requests.
    /// </summary>
    public void Update(int window, HttpResponseHeaders? headers)
    {
        lock (_lock)
        {
            if (headers is null)
            {
                LetNextGoFirst();
                return;
            }
            _known.TrySetResult();
            if (headers.Number("X-RateLimit-Limit") is not (> 0 and int limit)
                || headers.Number("X-RateLimit-Remaining") is not { } remaining
                || headers.Number("X-RateLimit-Reset") is not { } reset)
            {
                return; // not an answer of the API, for example of a proxy in front of it
            }
            TimeSpan end = Now + TimeSpan.FromSeconds(reset);
            TimeSpan later = _limit == 0 ? TimeSpan.MaxValue : end - _windowEnd;
            _limit = limit;
            if (later > Rounding && later > TimeSpan.FromSeconds(reset) / 2)
            {
                // The server's window has begun without this client having noticed.
                _window++;
                (_remaining, _windowEnd) = (remaining, end);
            }
            else if (window == _window || later > -Rounding)
            {
                _remaining = Math.Min(_remaining, remaining);
                _windowEnd = end < _windowEnd ? end : _windowEnd; // the earliest is the closest to the real end
            }
        }
    }

    /// <summary>
    /// The server has refused a request that was counted in <paramref name="window"/>, because the limit is used up for so
    /// long.
    /// </summary>
    public void Exhaust(int window, TimeSpan wait)
    {
        lock (_lock)
        {
            if (window == _window)
            {
                _remaining = 0;
                _windowEnd = Now + wait;
            }
        }
    }

    // Until the first answer, one request goes ahead of the others, which would be too many at once for the limit.
    private void LetNextGoFirst()
    {
        if (!_known.Task.IsCompleted)
        {
            _firstSentAt = null;
            _nextFirst.TrySetResult();
            _nextFirst = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Counts a request and returns zero, or how long to wait before asking again.</summary>
    private TimeSpan Reserve()
    {
        TimeSpan now = Now;
        if (!_known.Task.IsCompleted)
        {
            if (_firstSentAt is { } sent && sent + FirstAnswerWait > now)
            {
                return sent + FirstAnswerWait - now;
            }
            _firstSentAt = now;
        }
        if (_limit == 0)
        {
            return TimeSpan.Zero;
        }
        if (now >= _windowEnd)
        {
            _window++;
            _remaining = _limit;
            _windowEnd = now + LongestWait; // its first answer says when it really ends
        }
        TimeSpan wait = _windowEnd - now;
        if (_remaining > _limit * MarginPercent / 100 || wait > LongestWait)
        {
            _remaining--;
            return TimeSpan.Zero;
        }
        return wait < LongestSlice ? wait : LongestSlice;
    }
}

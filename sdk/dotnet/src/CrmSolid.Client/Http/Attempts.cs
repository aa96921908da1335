using System.Net.Sockets;
using System.Security.Authentication;

namespace CrmSolid.Client.Http;

/// <summary>The attempts of one call: whether there is another one, and after how long.</summary>
internal sealed class Attempts(Limits limits, TimeProvider time)
{
    private const int RetriesOfBadAddress = 2;

    private static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan LongestLateness = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan LongestLimitWait = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ShortestAttempt = TimeSpan.FromSeconds(0.1);

    private readonly long _start = time.GetTimestamp();
    private TimeSpan _limitWaits;
    private bool _mayHaveHappened;

    /// <summary>How many have failed.</summary>
    public int Made { get; private set; }

    /// <summary>How long the next one may take: no longer than what is left of the call's time.</summary>
    public TimeSpan Timeout
    {
        get
        {
            if (limits.RetryFor == TimeSpan.Zero || limits.RetryFor == System.Threading.Timeout.InfiniteTimeSpan)
            {
                return limits.Timeout;
            }
            TimeSpan left = Max(TimeLeft, ShortestAttempt);
            bool isShorter = limits.Timeout == System.Threading.Timeout.InfiniteTimeSpan || left < limits.Timeout;
            return isShorter && left <= Limits.Longest ? left : limits.Timeout;
        }
    }

    private TimeSpan TimeLeft => limits.RetryFor + _limitWaits - time.GetElapsedTime(_start);

    /// <summary>Twice as long after each attempt, and random between half of that and the whole.</summary>
    public static TimeSpan Backoff(int made, TimeSpan? longest = null)
    {
        TimeSpan whole = FirstBackoff * Math.Pow(2, Math.Min(made - 1, 10));
        TimeSpan most = longest ?? LongestBackoff;
        return (whole < most ? whole : most) * (0.5 + (Random.Shared.NextDouble() / 2));
    }

    /// <summary>A wait for the rate limit is not the call's time.</summary>
    public void Extend(TimeSpan wait) => _limitWaits += wait;

    /// <summary>How long to wait after a failed attempt; null if the failure is final.</summary>
    public TimeSpan? DelayAfter(CrmSolidException failure)
    {
        Made++;
        TimeSpan wait = Backoff(Made);
        switch (failure)
        {
            case ConnectionFailedException lost:
                lost.MayHaveHappened = _mayHaveHappened |= lost.MayHaveHappened;
                bool isBadAddress = IsBadAddress(failure.InnerException);
                return isBadAddress && Made > RetriesOfBadAddress ? null : Fitting(wait);
            case ApiException refusal when IsTransient(refusal):
                // What stands before the API may answer although the work goes on behind it.
                _mayHaveHappened |= refusal.Code != ErrorCode.RateLimited;
                // Also a little later than the server asks, so that not all clients come back at the same moment.
                TimeSpan asked = refusal.RetryAfter is { } told ? told + (LongestLateness * Random.Shared.NextDouble()) : wait;
                wait = Max(wait, asked);
                if (refusal.Code == ErrorCode.RateLimited && wait <= LongestLimitWait + LongestLateness)
                {
                    Extend(wait);
                }
                return Fitting(wait);
            default:
                return null;
        }
    }

    /// <summary>
    /// How long to wait before asking again for what the server is still fetching; null if that is too long.
    /// </summary>
    public TimeSpan? UntilReady(TimeSpan? asked)
    {
        Made++;
        return Fitting(Max(Backoff(Made), asked ?? TimeSpan.Zero));
    }

    /// <summary>Whether a request that failed so cannot have reached the server.</summary>
    public static bool IsNotSent(Exception error) =>
        IsBadAddress(error) || error is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError };

    // The host is unknown, or its certificate is not trusted: that hardly passes within seconds.
    private static bool IsBadAddress(Exception? error) => error is not null && (
        error is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }
            or SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData }
            or AuthenticationException
        || IsBadAddress(error.InnerException));

    // All writes carry an idempotency key, so that none is done twice. The daily limits of an account and of a key last for
    // up to a day.
    private static bool IsTransient(ApiException refusal) =>
        refusal.Code.Value is not ("account_daily_limit" or "key_budget")
        && (refusal.Status is 408 or 429 or 500 or 502 or 503 or 504
            || refusal.Code.Value is "idempotency_in_progress" or "rate_limited");

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    // An attempt that has no time would only replace the error that there is by a timeout.
    private TimeSpan? Fitting(TimeSpan wait)
    {
        bool hasTime = limits.RetryFor == System.Threading.Timeout.InfiniteTimeSpan
            ? wait < Limits.Longest
            : wait <= TimeLeft - ShortestAttempt;
        return Made <= limits.MaxRetries && hasTime ? wait : null;
    }
}

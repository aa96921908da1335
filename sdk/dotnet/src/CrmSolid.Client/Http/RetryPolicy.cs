using System.Security.Authentication;

namespace CrmSolid.Client.Http;

/// <summary>Which failures are worth another attempt, and after how long.</summary>
internal static class RetryPolicy
{
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestLateness = TimeSpan.FromSeconds(0.25);

    /// <summary>How long to wait before the next attempt; null if the failure is final.</summary>
    /// <param name="failure">What went wrong.</param>
    /// <param name="retries">How many retries there were already.</param>
    public static TimeSpan? DelayAfter(CrmSolidException failure, int retries)
    {
        if (!IsTransient(failure))
        {
            return null;
        }
        // Never earlier than the server asks, and a little later, so that not all clients come back at the same moment.
        return failure is ApiException { RetryAfter: { } asked }
            ? asked + (LongestLateness * Random.Shared.NextDouble())
            : Backoff(retries);
    }

    /// <summary>Twice as long after each retry, and random between half of that and the whole.</summary>
    public static TimeSpan Backoff(int retries)
    {
        TimeSpan longest = FirstBackoff * Math.Pow(2, Math.Min(retries, 10));
        longest = longest < LongestBackoff ? longest : LongestBackoff;
        return longest * (0.5 + (Random.Shared.NextDouble() / 2));
    }

    // All writes carry an idempotency key, so that none is done twice. Neither the daily limit of an
    // account nor a certificate that is not trusted is transient.
    private static bool IsTransient(CrmSolidException failure) => failure
        is ConnectionFailedException { InnerException.InnerException: not AuthenticationException }
        or IdempotencyInProgressException
        or RateLimitedException
        or ApiException { Status: 408 or 500 or 502 or 503 or 504 };
}

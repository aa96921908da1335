namespace CrmSolid.Client.Http;

/// <summary>How long and how often one call is tried.</summary>
internal readonly record struct Limits(TimeSpan Timeout, TimeSpan RetryFor, int MaxRetries)
{
    /// <summary>What a timer of .NET can wait for.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(int.MaxValue);

    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(30);

    /// <summary>Those of a call: what it does not say is as the client's.</summary>
    public static Limits Of(CrmSolidClientOptions client, RequestOptions? call)
    {
        TimeSpan timeout = call?.Timeout ?? client.Timeout;
        TimeSpan retryFor = call?.RetryFor ?? client.GivenRetryFor ?? DefaultRetryFor(timeout);
        retryFor = retryFor > Longest ? System.Threading.Timeout.InfiniteTimeSpan : retryFor;
        int retries = call?.MaxRetries ?? client.MaxRetries;
        return new(timeout, retryFor, retryFor == TimeSpan.Zero ? 0 : retries);
    }

    public static TimeSpan DefaultRetryFor(TimeSpan timeout) =>
        timeout == System.Threading.Timeout.InfiniteTimeSpan || timeout > Usual ? timeout : Usual;

    /// <summary>Throws if the limits of a client are none.</summary>
    public static void Check(CrmSolidClientOptions client)
    {
        Checked(client.Timeout);
        CheckedRetryFor(client.GivenRetryFor);
        CheckedRetries(client.MaxRetries);
        Checked(client.StreamIdleTimeout, nameof(client.StreamIdleTimeout));
    }

    /// <summary>Throws if the limits of a call are none.</summary>
    public static void Check(RequestOptions call)
    {
        Checked(call.Timeout);
        CheckedRetryFor(call.RetryFor);
        CheckedRetries(call.MaxRetries);
    }

    /// <summary>Throws if this is no time to wait between two requests.</summary>
    public static void CheckInterval(TimeSpan interval, string name)
    {
        if (interval <= TimeSpan.Zero || interval > Longest)
        {
            throw new ArgumentOutOfRangeException(name, interval, "it is more than zero and at most 24 days");
        }
    }

    private static TimeSpan? Checked(TimeSpan? timeout, string name = nameof(Timeout)) =>
        timeout is null || timeout == System.Threading.Timeout.InfiniteTimeSpan
            || (timeout > TimeSpan.Zero && timeout <= Longest)
            ? timeout
            : throw new ArgumentOutOfRangeException(name, timeout, "a timeout is more than zero, at most 24 days, or infinite");

    private static TimeSpan? CheckedRetryFor(TimeSpan? retryFor) =>
        retryFor is null || retryFor == System.Threading.Timeout.InfiniteTimeSpan || retryFor >= TimeSpan.Zero
            ? retryFor
            : throw new ArgumentOutOfRangeException(nameof(RetryFor), retryFor, "it is zero or more, or infinite");

    private static int? CheckedRetries(int? retries) =>
        retries is null or >= 0
            ? retries
            : throw new ArgumentOutOfRangeException(nameof(MaxRetries), retries, "it is zero or more");
}

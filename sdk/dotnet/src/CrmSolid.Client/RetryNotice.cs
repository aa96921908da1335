namespace CrmSolid.Client;

/// <summary>
/// A call that has failed and is tried again, or a stream that comes back. It has no key. See
/// <see cref="CrmSolidClientOptions.OnRetry"/>.
/// </summary>
public sealed class RetryNotice
{
    /// <summary>Makes a notice, for tests.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="path">The path, without its query.</param>
    /// <param name="attempt">How many attempts have failed so far.</param>
    /// <param name="delay">How long the client waits before the next one.</param>
    /// <param name="error">Why the last one failed.</param>
    public RetryNotice(string method, string path, int attempt, TimeSpan delay, Exception error)
    {
        Method = method;
        Path = path;
        Attempt = attempt;
        Delay = delay;
        Error = error;
    }

    /// <summary>The HTTP method.</summary>
    public string Method { get; }

    /// <summary>The path, without its query.</summary>
    public string Path { get; }

    /// <summary>How many attempts have failed so far.</summary>
    public int Attempt { get; }

    /// <summary>How long the client waits before the next one.</summary>
    public TimeSpan Delay { get; }

    /// <summary>Why the last attempt failed.</summary>
    public Exception Error { get; }

    /// <summary>The HTTP status of the last attempt; null if there was no answer.</summary>
    public int? Status => (Error as ApiException)?.Status;

    /// <summary>One line for a log.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{Method} {Path} is tried again in {Delay.TotalSeconds:0.0} s, attempt {Attempt} failed: {Error.Message}");
}

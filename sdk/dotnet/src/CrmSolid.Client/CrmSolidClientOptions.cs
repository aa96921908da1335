using System.Diagnostics;
using System.Text.Json.Serialization;
using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>How a <see cref="CrmSolidClient"/> works. A client copies the options when it is made.</summary>
public sealed class CrmSolidClientOptions
{
    private TimeSpan? _retryFor;

    /// <summary>The API key, if the constructor is not given one: by default <c>CRMSOLID_KEY</c> of the environment.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    [JsonIgnore]
    public string? Key { get; set; }

    /// <summary>
    /// The address of the API: by default that of <see cref="HttpClient"/>, else <c>CRMSOLID_URL</c> of the environment,
    /// else <c>https://api.crmsolid.com</c>. It may have a path, and no query or fragment.
    /// </summary>
    public Uri? BaseUrl { get; set; }

    /// <summary>
    /// Sends the requests. By default one <see cref="System.Net.Http.HttpClient"/> for the whole process, which takes the
    /// proxy of the environment for https addresses and none for http ones, because a proxy would read the key there. The
    /// client does not dispose it. Give one that follows no redirects (an answer that it brings from elsewhere is an
    /// <see cref="UnexpectedAnswerException"/>), and whose own timeout is infinite, because that would end long uploads.
    /// </summary>
    public HttpClient? HttpClient { get; set; }

    /// <summary>
    /// How long an answer may take to begin, and again to be complete. Of an upload, a download and a stream: how long
    /// nothing may move. More than zero, or <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>. The default is 30
    /// seconds.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The time after which a call is not tried again: a deadline of all its attempts, of which each gets what is left. A
    /// wait that does not fit in is not begun: the error is thrown at once. Waits for the rate limit, up to 60 seconds
    /// each, come on top. Zero: one attempt. <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>: only
    /// <see cref="MaxRetries"/> counts. The default is 30 seconds, or <see cref="Timeout"/> if that is longer.
    /// </summary>
    public TimeSpan RetryFor
    {
        get => _retryFor ?? Limits.DefaultRetryFor(Timeout);
        set => _retryFor = value;
    }

    /// <summary>How often a call is repeated at most. Zero: one attempt. The default is 8.</summary>
    public int MaxRetries { get; set; } = 8;

    /// <summary>
    /// Whether the key may be sent unencrypted to another machine, such as inside a private network. The default is
    /// false.
    /// </summary>
    public bool AllowHttp { get; set; }

    /// <summary>
    /// Whether requests wait for the next window before the rate limit is reached. The default is true.
    /// </summary>
    public bool PaceRequests { get; set; } = true;

    /// <summary>
    /// How long a stream of messages may be silent before it is opened again. The server sends a comment every 15
    /// seconds. The default is 45 seconds.
    /// </summary>
    public TimeSpan StreamIdleTimeout { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>
    /// Is told of each retry, for logs, while the call waits for it. It has to return soon and throw nothing.
    /// </summary>
    public Action<RetryNotice>? OnRetry { get; set; }

    /// <summary>The clock of time limits, of waits before retries and of pacing.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    internal TimeSpan? GivenRetryFor => _retryFor;

    internal CrmSolidClientOptions Copy() => (CrmSolidClientOptions)MemberwiseClone();
}

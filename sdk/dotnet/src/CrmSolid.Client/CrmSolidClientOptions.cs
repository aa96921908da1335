namespace CrmSolid.Client;

/// <summary>How a <see cref="CrmSolidClient"/> works. A client copies the options when it is made.</summary>
public sealed class CrmSolidClientOptions
{
    /// <summary>The address of the API: by default <c>CRMSOLID_URL</c>, else <c>https://api.crmsolid.com</c>.</summary>
    public Uri? BaseUrl { get; set; }

    /// <summary>
    /// Sends the requests. By default one <see cref="System.Net.Http.HttpClient"/> for the whole process, which takes the
    /// proxy of the environment for https addresses and none for http ones, because a proxy would read the key there. The
    /// client does not dispose it, and does not use its timeout for streams. Give one that follows no redirects.
    /// </summary>
    public HttpClient? HttpClient { get; set; }

    /// <summary>
    /// How long one attempt may take, its answer included. A file that is handed on as it arrives may take longer, but none
    /// of its reads. The default is 30 seconds.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a call may take, with all its attempts and the waits between them. A wait that does not fit in is not
    /// begun: the error is thrown at once. The default is 120 seconds.
    /// </summary>
    public TimeSpan RetryFor { get; set; } = TimeSpan.FromSeconds(120);

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

    /// <summary>The clock of waits before retries and of pacing.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    internal CrmSolidClientOptions Copy() => (CrmSolidClientOptions)MemberwiseClone();
}

using System.Runtime.CompilerServices;
using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>
/// The client of the CRM Solid API. Make one and keep it: it is safe for concurrent use, and it shares one
/// <see cref="HttpClient"/> with all others unless it is given its own. It holds nothing to dispose.
/// </summary>
/// <remarks>
/// Every write carries an idempotency key, which is the same on each retry and which every error has. Transient failures
/// are retried: connection errors, 408, 429, 500, 502, 503, 504 and <c>idempotency_in_progress</c>, but not the limits of a
/// day. All other refusals are thrown at once, each as an exception of its own (see <see cref="ApiException"/>). Each call is
/// an activity of the source <c>CrmSolid.Client</c>, and is measured by the meter of that name. All methods are virtual, to
/// be mocked.
/// </remarks>
public class CrmSolidClient
{
    private const string DefaultUrl = "https://api.crmsolid.com";

    private readonly Transport? _transport;
    private readonly string _description = "CrmSolidClient (mock)";

    /// <summary>Makes a mock, whose members a test overrides.</summary>
    [OverloadResolutionPriority(2)]
    protected CrmSolidClient()
    {
    }

    /// <summary>Makes a client.</summary>
    /// <param name="key">
    /// The API key, such as <c>cs_live_…</c>. By default <see cref="CrmSolidClientOptions.Key"/>, else
    /// <c>CRMSOLID_KEY</c> of the environment.
    /// </param>
    /// <param name="options">How it works.</param>
    /// <exception cref="ArgumentException">
    /// There is no key, or it, the address or a limit cannot be one.
    /// </exception>
    [OverloadResolutionPriority(1)] // a null is no HttpClient
    public CrmSolidClient(string? key = null, CrmSolidClientOptions? options = null)
    {
        CrmSolidClientOptions copy = (options ?? new CrmSolidClientOptions()).Copy();
        Limits.Check(copy);
        string token = Key(key ?? copy.Key ?? Environment.GetEnvironmentVariable("CRMSOLID_KEY"));
        copy.Key = null;
        Uri baseUrl = copy.BaseUrl ?? copy.HttpClient?.BaseAddress ?? Url(Environment.GetEnvironmentVariable("CRMSOLID_URL"));
        Check(baseUrl, copy.AllowHttp);
        var transport = new Transport(token, baseUrl, copy);
        _transport = transport;
        _description = $"CrmSolidClient {{ BaseUrl = {baseUrl}, Key = {Redacted(token)} }}";
        Accounts = new AccountsClient(transport);
        Analytics = new AnalyticsClient(transport);
        Broadcasts = new BroadcastsClient(transport);
        Contacts = new ContactsClient(transport);
        CustomFields = new CustomFieldsClient(transport);
        Deliveries = new DeliveriesClient(transport);
        Enrollments = new EnrollmentsClient(transport);
        Events = new EventsClient(transport);
        Files = new FilesClient(transport);
        Jobs = new JobsClient(transport);
        Members = new MembersClient(transport);
        Messages = new MessagesClient(transport);
        Notes = new NotesClient(transport);
        Proposals = new ProposalsClient(transport);
        Segments = new SegmentsClient(transport);
        Sequences = new SequencesClient(transport);
        Tags = new TagsClient(transport);
        Templates = new TemplatesClient(transport);
        Threads = new ThreadsClient(transport);
        Webhooks = new WebhooksClient(transport);
    }

    /// <summary>
    /// Makes a client that sends its requests through an <see cref="HttpClient"/>, such as one that a factory makes.
    /// </summary>
    /// <param name="httpClient">
    /// What sends the requests, in place of <see cref="CrmSolidClientOptions.HttpClient"/>.
    /// </param>
    /// <param name="options">How it works.</param>
    /// <exception cref="ArgumentException">
    /// There is no key, or it, the address or a limit cannot be one.
    /// </exception>
    public CrmSolidClient(HttpClient httpClient, CrmSolidClientOptions? options = null)
        : this(key: null, With(httpClient, options))
    {
    }

    /// <summary>Telegram accounts.</summary>
    public virtual AccountsClient Accounts { get; } = null!;

    /// <summary>Figures of periods.</summary>
    public virtual AnalyticsClient Analytics { get; } = null!;

    /// <summary>One text to many contacts.</summary>
    public virtual BroadcastsClient Broadcasts { get; } = null!;

    /// <summary>People.</summary>
    public virtual ContactsClient Contacts { get; } = null!;

    /// <summary>The custom fields that the workspace defines.</summary>
    public virtual CustomFieldsClient CustomFields { get; } = null!;

    /// <summary>Events on their way to webhooks.</summary>
    public virtual DeliveriesClient Deliveries { get; } = null!;

    /// <summary>Contacts in sequences.</summary>
    public virtual EnrollmentsClient Enrollments { get; } = null!;

    /// <summary>The log of events.</summary>
    public virtual EventsClient Events { get; } = null!;

    /// <summary>Files of messages.</summary>
    public virtual FilesClient Files { get; } = null!;

    /// <summary>Long work.</summary>
    public virtual JobsClient Jobs { get; } = null!;

    /// <summary>Who works in the workspace.</summary>
    public virtual MembersClient Members { get; } = null!;

    /// <summary>Messages in and out.</summary>
    public virtual MessagesClient Messages { get; } = null!;

    /// <summary>Notes about contacts.</summary>
    public virtual NotesClient Notes { get; } = null!;

    /// <summary>Writes of this key that wait until a member approves them.</summary>
    public virtual ProposalsClient Proposals { get; } = null!;

    /// <summary>Saved filters of contacts.</summary>
    public virtual SegmentsClient Segments { get; } = null!;

    /// <summary>Series of messages.</summary>
    public virtual SequencesClient Sequences { get; } = null!;

    /// <summary>The tags that contacts have.</summary>
    public virtual TagsClient Tags { get; } = null!;

    /// <summary>Texts that are kept for messages.</summary>
    public virtual TemplatesClient Templates { get; } = null!;

    /// <summary>The inbox.</summary>
    public virtual ThreadsClient Threads { get; } = null!;

    /// <summary>Endpoints that events are delivered to.</summary>
    public virtual WebhooksClient Webhooks { get; } = null!;

    private Transport Transport =>
        _transport ?? throw new InvalidOperationException("the mock does not override the method that was called");

    /// <summary>What the key may do, and in which workspace.</summary>
    /// <param name="options">What the call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Me> MeAsync(RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        Transport.SendAsync<Me>(ApiRequest.Get($"/v1/me", options), cancellationToken);

    /// <summary>
    /// Makes any call below the client's address, with its key, retries and pacing. One that is no <c>GET</c> or
    /// <c>HEAD</c> gets an idempotency key.
    /// </summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path, such as <c>/v1/contacts</c>, with or without a query.</param>
    /// <param name="request">Its query and body.</param>
    /// <param name="options">What the call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The answer: 200 to 299, or 304.</returns>
    /// <exception cref="ApiException">It was refused.</exception>
    public virtual Task<RawResponse> SendAsync(
        HttpMethod method, string path, RawRequest? request = null, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        Transport.SendRawAsync(ApiRequest.Raw(method, path, request, options), cancellationToken);

    /// <summary>The address and the beginning of the key, without its secret.</summary>
    public override string ToString() => _description;

    private static CrmSolidClientOptions With(HttpClient httpClient, CrmSolidClientOptions? options)
    {
        ArgumentNullException.ThrowIfNull(httpClient);
        CrmSolidClientOptions copy = (options ?? new CrmSolidClientOptions()).Copy();
        copy.HttpClient = httpClient;
        return copy;
    }

    private static string Key(string? given)
    {
        string? key = given?.Trim();
        if (string.IsNullOrEmpty(key))
        {
            throw new ArgumentException("there is no API key: pass one, or set CRMSOLID_KEY");
        }
        // A header cannot carry anything else. The message must not repeat the key.
        return key.All(c => c is > ' ' and <= '~')
            ? key
            : throw new ArgumentException("the API key has a character that no key has, such as a space or a line break");
    }

    private static void Check(Uri baseUrl, bool allowHttp)
    {
        bool isWeb = baseUrl.IsAbsoluteUri && baseUrl.Scheme is "http" or "https";
        if (!isWeb || baseUrl.UserInfo.Length > 0 || baseUrl.OriginalString.AsSpan().ContainsAny('?', '#'))
        {
            throw new ArgumentException(
                "the base URL has to be an http or https address without a user name, query or fragment");
        }
        if (baseUrl is { Scheme: "http", IsLoopback: false } && !allowHttp)
        {
            throw new ArgumentException(
                $"the key would go to {baseUrl.Host} unencrypted: use https, or AllowHttp inside a private network");
        }
    }

    private static Uri Url(string? url)
    {
        string text = string.IsNullOrEmpty(url) ? DefaultUrl : url;
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? parsed)
            ? parsed
            : throw new ArgumentException("CRMSOLID_URL is not an address such as https://api.crmsolid.com");
    }

    // cs_live_a4f9_SECRET: what stands before the secret names the key in the panel.
    private static string Redacted(string key)
    {
        string[] parts = key.Split('_');
        return parts.Length == 4 ? $"{string.Join('_', parts[..3])}_***" : "***";
    }
}

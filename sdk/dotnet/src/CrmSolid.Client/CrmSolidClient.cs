using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>
/// The client of the CRM Solid API. Make one and keep it: it is safe for concurrent use, and it shares one
/// <see cref="HttpClient"/> with all others unless it is given its own. It holds nothing to dispose.
/// </summary>
/// <remarks>
/// Every write carries an idempotency key, which is the same on each retry. Transient failures are retried: connection
/// errors, 5xx, <c>rate_limited</c> and <c>idempotency_in_progress</c>. All other refusals are thrown at once, each as an
/// exception of its own (see <see cref="ApiException"/>). All methods are virtual, to be mocked.
/// </remarks>
public class CrmSolidClient
{
    private const string DefaultUrl = "https://api.crmsolid.com";

    private readonly Transport? _transport;
    private readonly string _description = "CrmSolidClient (mock)";

    /// <summary>Makes a mock, whose members a test overrides.</summary>
    protected CrmSolidClient()
    {
    }

    /// <summary>Makes a client.</summary>
    /// <param name="key">
    /// The API key, such as <c>cs_live_…</c>. By default <c>CRMSOLID_KEY</c> of the environment.
    /// </param>
    /// <param name="options">How it works.</param>
    /// <exception cref="ArgumentException">There is no key, or it or the address cannot be one.</exception>
    public CrmSolidClient(string? key = null, CrmSolidClientOptions? options = null)
    {
        CrmSolidClientOptions copy = (options ?? new CrmSolidClientOptions()).Copy();
        string token = Key(key ?? Environment.GetEnvironmentVariable("CRMSOLID_KEY"));
        Uri baseUrl = copy.BaseUrl ?? Url(Environment.GetEnvironmentVariable("CRMSOLID_URL"));
        if (!baseUrl.IsAbsoluteUri || baseUrl.Scheme is not ("http" or "https") || baseUrl.UserInfo.Length > 0)
        {
            throw new ArgumentException("the base URL has to be an http or https address without a user name");
        }
        if (baseUrl is { Scheme: "http", IsLoopback: false } && !copy.AllowHttp)
        {
            throw new ArgumentException(
                $"the key would go to {baseUrl.Host} unencrypted: use https, or AllowHttp inside a private network");
        }
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
        Segments = new SegmentsClient(transport);
        Sequences = new SequencesClient(transport);
        Tags = new TagsClient(transport);
        Templates = new TemplatesClient(transport);
        Threads = new ThreadsClient(transport);
        Webhooks = new WebhooksClient(transport);
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

    /// <summary>What the key may do, and in which workspace.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Me> MeAsync(CancellationToken cancellationToken = default) =>
        (_transport ?? throw new InvalidOperationException("override MeAsync in the mock"))
        .SendAsync<Me>(ApiRequest.Get($"/v1/me"), cancellationToken);

    /// <summary>The address and the beginning of the key, without its secret.</summary>
    public override string ToString() => _description;

    private static string Key(string? key)
    {
        if (string.IsNullOrEmpty(key))
        {
            throw new ArgumentException("there is no API key: pass one, or set CRMSOLID_KEY");
        }
        // A header cannot carry anything else. The message must not repeat the key.
        return key.All(c => c is > ' ' and <= '~')
            ? key
            : throw new ArgumentException("the API key has a character that no key has, such as a space or a line break");
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

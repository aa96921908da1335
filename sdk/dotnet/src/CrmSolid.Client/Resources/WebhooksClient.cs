using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>
/// Endpoints that events are delivered to. <see cref="WebhookVerifier"/> checks what they receive. See
/// <see cref="CrmSolidClient"/>.
/// </summary>
public class WebhooksClient : ResourceClient
{
    /// <summary>Makes a mock.</summary>
    protected WebhooksClient()
        : base(null)
    {
    }

    internal WebhooksClient(Transport transport)
        : base(transport)
    {
    }

    /// <summary>Lists webhooks.</summary>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Webhook> ListAsync(CancellationToken cancellationToken = default) =>
        Pages<Webhook>(() => ApiRequest.Get($"/v1/webhooks"), cancellationToken);

    /// <summary>Gets one webhook.</summary>
    /// <param name="webhookId">The webhook.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Webhook> GetAsync(string webhookId, CancellationToken cancellationToken = default) =>
        SendGetAsync<Webhook>($"/v1/webhooks/{webhookId}", cancellationToken);

    /// <summary>Creates a webhook. Keep its secret: it is answered this once.</summary>
    /// <param name="url">Where to post: an https address.</param>
    /// <param name="events">The types of events to deliver.</param>
    /// <param name="secret">A secret of your own. By default one is generated.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="accountIds">Only events about these accounts, and those about none. By default of all.</param>
    /// <param name="headers">Headers that are sent too. Their values are never answered.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<IssuedWebhook> CreateAsync(
        string url, IEnumerable<EventType> events, string? secret = null, string? idempotencyKey = null,
        string? description = null, IEnumerable<long>? accountIds = null,
        IReadOnlyDictionary<string, string>? headers = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<IssuedWebhook>(
            $"/v1/webhooks", new { url, events, description, accountIds, headers, secret }, idempotencyKey,
            cancellationToken);

    /// <summary>Changes a webhook.</summary>
    /// <param name="webhookId">The webhook.</param>
    /// <param name="url">The new address.</param>
    /// <param name="events">The types of events to deliver from now on.</param>
    /// <param name="enabled">False cancels what is queued.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="ifMatch">The ETag as it was read: the change is refused if the webhook has changed since.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="accountIds">Only events about these accounts, and those about none. Empty: of all.</param>
    /// <param name="headers">Headers to set, by their names; null removes one. Others stay.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Webhook> UpdateAsync(
        string webhookId, string? url = null, IEnumerable<EventType>? events = null, bool? enabled = null,
        string? idempotencyKey = null, string? ifMatch = null, string? description = null,
        IEnumerable<long>? accountIds = null, IReadOnlyDictionary<string, string?>? headers = null,
        CancellationToken cancellationToken = default) =>
        SendPatchAsync<Webhook>(
            $"/v1/webhooks/{webhookId}", new { url, events, description, accountIds, headers, enabled },
            idempotencyKey, ifMatch, cancellationToken);

    /// <summary>Deletes a webhook.</summary>
    /// <param name="webhookId">The webhook.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="ifMatch">The ETag as it was read: nothing is done if the webhook has changed since.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task DeleteAsync(
        string webhookId, string? idempotencyKey = null, string? ifMatch = null,
        CancellationToken cancellationToken = default) =>
        SendDeleteAsync($"/v1/webhooks/{webhookId}", idempotencyKey, ifMatch, cancellationToken);

    /// <summary>Lists deliveries of a webhook, newest first.</summary>
    /// <param name="webhookId">The webhook.</param>
    /// <param name="eventType">Of events of this type.</param>
    /// <param name="status">With this status.</param>
    /// <param name="since">Created at this time or later.</param>
    /// <param name="until">Created before this time.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Delivery> DeliveriesAsync(
        string webhookId, EventType? eventType = null, DeliveryStatus? status = null, DateTimeOffset? since = null,
        DateTimeOffset? until = null, CancellationToken cancellationToken = default) =>
        Pages<Delivery>(
            () => ApiRequest.Get($"/v1/webhooks/{webhookId}/deliveries")
                .Query("event", eventType)
                .Query("status", status)
                .Query("since", since)
                .Query("until", until),
            cancellationToken);

    /// <summary>Delivers again what has failed since a time.</summary>
    /// <param name="webhookId">The webhook.</param>
    /// <param name="since">The beginning.</param>
    /// <param name="until">The end. By default now.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Job> ReplayAsync(
        string webhookId, DateTimeOffset since, DateTimeOffset? until = null, string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        SendPostAsync<Job>($"/v1/webhooks/{webhookId}/replay", new { since, until }, idempotencyKey, cancellationToken);

    /// <summary>Gives a webhook a new secret. The old one signs too until the overlap ends.</summary>
    /// <param name="webhookId">The webhook.</param>
    /// <param name="secret">A secret of your own. By default one is generated.</param>
    /// <param name="overlap">How long both sign, 7 days at most. The default is a day.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<IssuedWebhook> RotateSecretAsync(
        string webhookId, string? secret = null, TimeSpan? overlap = null, string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        SendPostAsync<IssuedWebhook>(
            $"/v1/webhooks/{webhookId}/rotate-secret",
            new { secret, overlapSeconds = (long?)overlap?.TotalSeconds },
            idempotencyKey,
            cancellationToken);

    /// <summary>Delivers a <c>ping</c>.</summary>
    /// <param name="webhookId">The webhook.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Delivery> TestAsync(
        string webhookId, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<Delivery>($"/v1/webhooks/{webhookId}/test", idempotencyKey, cancellationToken);

    /// <summary>Lists the types of events, with the schemas of their data.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual async Task<IReadOnlyList<EventKind>> EventsAsync(CancellationToken cancellationToken = default) =>
        (await SendGetAsync<Page<EventKind>>($"/v1/webhooks/events", cancellationToken).ConfigureAwait(false)).Data;
}

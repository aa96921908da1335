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
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Webhook> ListAsync(
        RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        Pages<Webhook>(Get($"/v1/webhooks", options), cancellationToken);

    /// <summary>Gets one webhook.</summary>
    /// <param name="webhookId">The webhook.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Webhook> GetAsync(
        string webhookId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Webhook>(Get($"/v1/webhooks/{webhookId}", options), cancellationToken);

    /// <summary>Creates a webhook. Keep its secret: it is answered this once.</summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<IssuedWebhook> CreateAsync(
        WebhookInput webhook, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<IssuedWebhook>(Post($"/v1/webhooks", options).Body(webhook), cancellationToken);

    /// <summary>Changes a webhook.</summary>
    /// <param name="webhookId">The webhook.</param>
    /// <param name="changes">What to change.</param>
    /// <param name="options">
    /// With <see cref="RequestOptions.IfMatch"/> the call is refused if the webhook has changed since.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Webhook> UpdateAsync(
        string webhookId, WebhookChanges changes, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<Webhook>(Patch($"/v1/webhooks/{webhookId}", options).Body(changes), cancellationToken);

    /// <summary>Deletes a webhook.</summary>
    /// <param name="webhookId">The webhook.</param>
    /// <param name="options">
    /// With <see cref="RequestOptions.IfMatch"/> the call is refused if the webhook has changed since.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<ResponseInfo> DeleteAsync(
        string webhookId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync(Delete($"/v1/webhooks/{webhookId}", options), cancellationToken);

    /// <summary>Lists deliveries of a webhook, newest first.</summary>
    /// <param name="webhookId">The webhook.</param>
    /// <param name="query">Which ones. By default all.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Delivery> DeliveriesAsync(
        string webhookId, DeliveryQuery? query = null, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        Pages<Delivery>(Get($"/v1/webhooks/{webhookId}/deliveries", options).With(query), cancellationToken);

    /// <summary>Delivers again what has failed since a time.</summary>
    /// <param name="webhookId">The webhook.</param>
    /// <param name="period">The time.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Job> ReplayAsync(
        string webhookId, ReplayInput period, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<Job>(Post($"/v1/webhooks/{webhookId}/replay", options).Body(period), cancellationToken);

    /// <summary>Gives a webhook a new secret. The old one signs too until the overlap ends.</summary>
    /// <param name="webhookId">The webhook.</param>
    /// <param name="input">
    /// A secret of your own, and the overlap. By default one is generated, and both sign for a day.
    /// </param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<IssuedWebhook> RotateSecretAsync(
        string webhookId, RotateSecretInput? input = null, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<IssuedWebhook>(
            Post($"/v1/webhooks/{webhookId}/rotate-secret", options).Body(input ?? new()), cancellationToken);

    /// <summary>Delivers a <c>ping</c>.</summary>
    /// <param name="webhookId">The webhook.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Delivery> TestAsync(
        string webhookId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Delivery>(Post($"/v1/webhooks/{webhookId}/test", options), cancellationToken);

    /// <summary>Lists the types of events, with the schemas of their data.</summary>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual async Task<IReadOnlyList<EventKind>> EventsAsync(
        RequestOptions? options = null, CancellationToken cancellationToken = default)
    {
        ApiRequest request = Get($"/v1/webhooks/events", options);
        return (await CallAsync<Page<EventKind>>(request, cancellationToken).ConfigureAwait(false)).Data;
    }
}

/// <summary>Which deliveries of a webhook to list.</summary>
public sealed class DeliveryQuery : IQuery
{
    /// <summary>Of events of this type.</summary>
    public EventType? EventType { get; init; }

    /// <summary>With this status.</summary>
    public DeliveryStatus? Status { get; init; }

    /// <summary>Created at this time or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Created before this time.</summary>
    public DateTimeOffset? Until { get; init; }

    ApiRequest IQuery.AddTo(ApiRequest request) => request
        .Query("event", EventType)
        .Query("status", Status)
        .Query("since", Since)
        .Query("until", Until);
}

using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>One text to many contacts. See <see cref="CrmSolidClient"/>.</summary>
public class BroadcastsClient : ResourceClient
{
    /// <summary>Makes a mock.</summary>
    protected BroadcastsClient()
        : base(null)
    {
    }

    internal BroadcastsClient(Transport transport)
        : base(transport)
    {
    }

    /// <summary>Lists broadcasts, newest first.</summary>
    /// <param name="query">Which ones. By default all.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Broadcast> ListAsync(
        BroadcastQuery? query = null, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        Pages<Broadcast>(Get($"/v1/broadcasts", options).With(query), cancellationToken);

    /// <summary>Gets one broadcast, with the counts of its recipients.</summary>
    /// <param name="broadcastId">The broadcast.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Broadcast> GetAsync(
        string broadcastId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Broadcast>(Get($"/v1/broadcasts/{broadcastId}", options), cancellationToken);

    /// <summary>Counts who would get a broadcast. Nothing is stored or sent.</summary>
    /// <param name="draft">The broadcast. Its <see cref="BroadcastDraft.AudienceHash"/> is not sent.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<BroadcastPreview> PreviewAsync(
        BroadcastDraft draft, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<BroadcastPreview>(
            Post($"/v1/broadcasts/preview", options).Body(draft.ForPreview()), cancellationToken);

    /// <summary>Starts a broadcast, or schedules it.</summary>
    /// <param name="draft">
    /// The broadcast. With the hash of its preview, it is refused if the audience has changed.
    /// </param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Broadcast> StartAsync(
        BroadcastDraft draft, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Broadcast>(Post($"/v1/broadcasts", options).Body(draft), cancellationToken);

    /// <summary>Pauses a broadcast.</summary>
    /// <param name="broadcastId">The broadcast.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Broadcast> PauseAsync(
        string broadcastId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Broadcast>(Post($"/v1/broadcasts/{broadcastId}/pause", options), cancellationToken);

    /// <summary>Resumes a broadcast where it was paused.</summary>
    /// <param name="broadcastId">The broadcast.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Broadcast> ResumeAsync(
        string broadcastId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Broadcast>(Post($"/v1/broadcasts/{broadcastId}/resume", options), cancellationToken);

    /// <summary>Cancels what a broadcast has not sent yet.</summary>
    /// <param name="broadcastId">The broadcast.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Broadcast> CancelAsync(
        string broadcastId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Broadcast>(Post($"/v1/broadcasts/{broadcastId}/cancel", options), cancellationToken);

    /// <summary>Sends again to recipients whose message surely was not sent.</summary>
    /// <param name="broadcastId">The broadcast.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Broadcast> RetryFailedAsync(
        string broadcastId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Broadcast>(Post($"/v1/broadcasts/{broadcastId}/retry-failed", options), cancellationToken);

    /// <summary>Lists recipients.</summary>
    /// <param name="broadcastId">The broadcast.</param>
    /// <param name="query">Which ones. By default all.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<BroadcastRecipient> RecipientsAsync(
        string broadcastId, RecipientQuery? query = null, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        Pages<BroadcastRecipient>(Get($"/v1/broadcasts/{broadcastId}/recipients", options).With(query), cancellationToken);
}

/// <summary>Which broadcasts to list.</summary>
public sealed class BroadcastQuery : IQuery
{
    /// <summary>With this status.</summary>
    public BroadcastStatus? Status { get; init; }

    ApiRequest IQuery.AddTo(ApiRequest request) => request
        .Query("status", Status);
}

/// <summary>Which recipients of a broadcast to list.</summary>
public sealed class RecipientQuery : IQuery
{
    /// <summary>With this status.</summary>
    public RecipientStatus? Status { get; init; }

    ApiRequest IQuery.AddTo(ApiRequest request) => request
        .Query("status", Status);
}

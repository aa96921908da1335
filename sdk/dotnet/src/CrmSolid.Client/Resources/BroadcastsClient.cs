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
    /// <param name="status">With this status.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Broadcast> ListAsync(
        BroadcastStatus? status = null, CancellationToken cancellationToken = default) =>
        Pages<Broadcast>(
            () => ApiRequest.Get($"/v1/broadcasts")
                .Query("status", status),
            cancellationToken);

    /// <summary>Gets one broadcast, with the counts of its recipients.</summary>
    /// <param name="broadcastId">The broadcast.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Broadcast> GetAsync(string broadcastId, CancellationToken cancellationToken = default) =>
        SendGetAsync<Broadcast>($"/v1/broadcasts/{broadcastId}", cancellationToken);

    /// <summary>Counts who would get a broadcast. Nothing is stored or sent.</summary>
    /// <param name="draft">The broadcast.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<BroadcastPreview> PreviewAsync(
        BroadcastDraft draft, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<BroadcastPreview>(
            $"/v1/broadcasts/preview",
            new
            {
                draft.Name,
                draft.Text,
                draft.Format,
                draft.Attachments,
                draft.AccountIds,
                draft.Audience,
                draft.SendAt,
                draft.PerHour,
                draft.CooldownDays,
            },
            idempotencyKey,
            cancellationToken);

    /// <summary>Starts a broadcast, or schedules it.</summary>
    /// <param name="draft">
    /// The broadcast. With the hash of its preview, it is refused if the audience has changed.
    /// </param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Broadcast> StartAsync(
        BroadcastDraft draft, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<Broadcast>(
            $"/v1/broadcasts",
            new
            {
                draft.Name,
                draft.Text,
                draft.Format,
                draft.Attachments,
                draft.AccountIds,
                draft.Audience,
                draft.SendAt,
                draft.PerHour,
                draft.CooldownDays,
                draft.AudienceHash,
                Preview = false,
            },
            idempotencyKey,
            cancellationToken);

    /// <summary>Pauses a broadcast.</summary>
    /// <param name="broadcastId">The broadcast.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Broadcast> PauseAsync(
        string broadcastId, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<Broadcast>($"/v1/broadcasts/{broadcastId}/pause", idempotencyKey, cancellationToken);

    /// <summary>Resumes a broadcast where it was paused.</summary>
    /// <param name="broadcastId">The broadcast.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Broadcast> ResumeAsync(
        string broadcastId, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<Broadcast>($"/v1/broadcasts/{broadcastId}/resume", idempotencyKey, cancellationToken);

    /// <summary>Cancels what a broadcast has not sent yet.</summary>
    /// <param name="broadcastId">The broadcast.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Broadcast> CancelAsync(
        string broadcastId, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<Broadcast>($"/v1/broadcasts/{broadcastId}/cancel", idempotencyKey, cancellationToken);

    /// <summary>Sends again to recipients whose message surely was not sent.</summary>
    /// <param name="broadcastId">The broadcast.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Broadcast> RetryFailedAsync(
        string broadcastId, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<Broadcast>($"/v1/broadcasts/{broadcastId}/retry-failed", idempotencyKey, cancellationToken);

    /// <summary>Lists recipients.</summary>
    /// <param name="broadcastId">The broadcast.</param>
    /// <param name="status">With this status.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<BroadcastRecipient> RecipientsAsync(
        string broadcastId, RecipientStatus? status = null, CancellationToken cancellationToken = default) =>
        Pages<BroadcastRecipient>(
            () => ApiRequest.Get($"/v1/broadcasts/{broadcastId}/recipients")
                .Query("status", status),
            cancellationToken);
}

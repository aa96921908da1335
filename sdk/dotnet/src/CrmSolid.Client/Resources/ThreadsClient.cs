using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>The inbox. See <see cref="CrmSolidClient"/>.</summary>
public class ThreadsClient : ResourceClient
{
    /// <summary>Makes a mock.</summary>
    protected ThreadsClient()
        : base(null)
    {
    }

    internal ThreadsClient(Transport transport)
        : base(transport)
    {
    }

    /// <summary>Lists threads, those with the newest messages first.</summary>
    /// <param name="accountId">Of this account.</param>
    /// <param name="contactId">With this contact.</param>
    /// <param name="unread">True: with unread messages; false: without.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<MessageThread> ListAsync(
        long? accountId = null, string? contactId = null, bool? unread = null,
        CancellationToken cancellationToken = default) =>
        Pages<MessageThread>(
            () => ApiRequest.Get($"/v1/threads")
                .Query("account_id", accountId)
                .Query("contact_id", contactId)
                .Query("unread", unread),
            cancellationToken);

    /// <summary>Lists the messages of a thread, newest first unless sorted otherwise.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="sort">The order.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Message> MessagesAsync(
        string threadId, MessageSort? sort = null, CancellationToken cancellationToken = default) =>
        Pages<Message>(
            () => ApiRequest.Get($"/v1/threads/{threadId}/messages")
                .Query("sort", sort),
            cancellationToken);

    /// <summary>Marks all messages of a thread as read.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<ReadThread> ReadAsync(
        string threadId, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<ReadThread>($"/v1/threads/{threadId}/read", idempotencyKey, cancellationToken);
}

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

    /// <summary>Lists threads, those with the newest messages first unless sorted otherwise.</summary>
    /// <param name="state">Open, snoozed or closed.</param>
    /// <param name="assignee">The id of a member, or <c>none</c>.</param>
    /// <param name="waiting">True: whose contacts wait for an answer; false: do not.</param>
    /// <param name="waitingHours">Whose contacts have waited for so many hours or longer.</param>
    /// <param name="unread">True: with unread messages; false: without.</param>
    /// <param name="accountId">Of this account.</param>
    /// <param name="contactId">With this contact.</param>
    /// <param name="search">Part of the contact's name, username or e-mail address, or words of a message.</param>
    /// <param name="sort">The order. <c>waiting_since</c>: only those who wait, the longest wait first.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<MessageThread> ListAsync(
        long? accountId = null, string? contactId = null, bool? unread = null, ThreadState? state = null,
        string? assignee = null, bool? waiting = null, int? waitingHours = null, string? search = null,
        ThreadSort? sort = null, CancellationToken cancellationToken = default) =>
        Pages<MessageThread>(
            () => ApiRequest.Get($"/v1/threads")
                .Query("state", state)
                .Query("assignee", assignee)
                .Query("waiting", waiting)
                .Query("waiting_hours", waitingHours)
                .Query("unread", unread)
                .Query("account_id", accountId)
                .Query("contact_id", contactId)
                .Query("search", search)
                .Query("sort", sort),
            cancellationToken);

    /// <summary>Reads a thread, with its latest messages if wanted.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="messages">How many of its latest messages, up to 50.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<ThreadWithMessages> GetAsync(
        string threadId, int? messages = null, CancellationToken cancellationToken = default) =>
        Transport.SendAsync<ThreadWithMessages>(
            ApiRequest.Get($"/v1/threads/{threadId}").Query("messages", messages), cancellationToken);

    /// <summary>Closes, snoozes, reopens or assigns a thread.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="changes">The fields to change.</param>
    /// <param name="ifMatch">The ETag as it was read: the change is refused if the thread has changed since.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<ChangedThread> UpdateAsync(
        string threadId, ThreadChanges changes, string? ifMatch = null, string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        SendPatchAsync<ChangedThread>($"/v1/threads/{threadId}", changes, idempotencyKey, ifMatch, cancellationToken);

    /// <summary>Shows a thread as unread.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<ReadThread> UnreadAsync(
        string threadId, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<ReadThread>($"/v1/threads/{threadId}/unread", idempotencyKey, cancellationToken);

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

    /// <summary>How far the latest request for older messages has come. Not found if there is none.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<HistoryRequest> HistoryAsync(string threadId, CancellationToken cancellationToken = default) =>
        SendGetAsync<HistoryRequest>($"/v1/threads/{threadId}/history", cancellationToken);

    /// <summary>Loads the page of messages before the oldest one of a thread from Telegram.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<HistoryRequest> LoadHistoryAsync(
        string threadId, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<HistoryRequest>($"/v1/threads/{threadId}/history", idempotencyKey, cancellationToken);

    /// <summary>Marks all messages of a thread as read.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<ReadThread> ReadAsync(
        string threadId, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<ReadThread>($"/v1/threads/{threadId}/read", idempotencyKey, cancellationToken);
}

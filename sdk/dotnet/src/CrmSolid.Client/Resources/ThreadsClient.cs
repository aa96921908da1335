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
    /// <param name="query">Which ones, in which order. By default all.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<MessageThread> ListAsync(
        ThreadQuery? query = null, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        Pages<MessageThread>(Get($"/v1/threads", options).With(query), cancellationToken);

    /// <summary>Reads a thread, with its latest messages if wanted.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="query">What to answer with it. By default nothing.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<ThreadWithMessages> GetAsync(
        string threadId, ThreadDetailQuery? query = null, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<ThreadWithMessages>(Get($"/v1/threads/{threadId}", options).With(query), cancellationToken);

    /// <summary>Closes, snoozes, reopens or assigns a thread.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="changes">The fields to change.</param>
    /// <param name="options">
    /// With <see cref="RequestOptions.IfMatch"/> the call is refused if the thread has changed since.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<ChangedThread> UpdateAsync(
        string threadId, ThreadChanges changes, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<ChangedThread>(Patch($"/v1/threads/{threadId}", options).Body(changes), cancellationToken);

    /// <summary>Shows a thread as unread.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<ReadThread> UnreadAsync(
        string threadId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<ReadThread>(Post($"/v1/threads/{threadId}/unread", options), cancellationToken);

    /// <summary>Lists the messages of a thread, newest first unless sorted otherwise.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="query">In which order.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Message> MessagesAsync(
        string threadId, ThreadMessageQuery? query = null, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        Pages<Message>(Get($"/v1/threads/{threadId}/messages", options).With(query), cancellationToken);

    /// <summary>How far the latest request for older messages has come. Not found if there is none.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<HistoryRequest> HistoryAsync(
        string threadId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<HistoryRequest>(Get($"/v1/threads/{threadId}/history", options), cancellationToken);

    /// <summary>Loads the page of messages before the oldest one of a thread from Telegram.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<HistoryRequest> LoadHistoryAsync(
        string threadId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<HistoryRequest>(Post($"/v1/threads/{threadId}/history", options), cancellationToken);

    /// <summary>Marks all messages of a thread as read.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<ReadThread> ReadAsync(
        string threadId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<ReadThread>(Post($"/v1/threads/{threadId}/read", options), cancellationToken);
}

/// <summary>Which threads to list, and in which order.</summary>
public sealed class ThreadQuery : IQuery
{
    /// <summary>Open, snoozed or closed.</summary>
    public ThreadState? State { get; init; }

    /// <summary>The id of a member, or <c>none</c>.</summary>
    public string? Assignee { get; init; }

    /// <summary>True: whose contacts wait for an answer; false: do not.</summary>
    public bool? Waiting { get; init; }

    /// <summary>Whose contacts have waited for so many hours or longer.</summary>
    public int? WaitingHours { get; init; }

    /// <summary>True: with unread messages; false: without.</summary>
    public bool? Unread { get; init; }

    /// <summary>Of this account.</summary>
    public long? AccountId { get; init; }

    /// <summary>With this contact.</summary>
    public string? ContactId { get; init; }

    /// <summary>Part of the contact's name, username or e-mail address, or words of a message.</summary>
    public string? Search { get; init; }

    /// <summary>The order. <c>waiting_since</c>: only those who wait, the longest wait first.</summary>
    public ThreadSort? Sort { get; init; }

    ApiRequest IQuery.AddTo(ApiRequest request) => request
        .Query("state", State)
        .Query("assignee", Assignee)
        .Query("waiting", Waiting)
        .Query("waiting_hours", WaitingHours)
        .Query("unread", Unread)
        .Query("account_id", AccountId)
        .Query("contact_id", ContactId)
        .Query("search", Search)
        .Query("sort", Sort);
}

/// <summary>What to answer with a thread.</summary>
public sealed class ThreadDetailQuery : IQuery
{
    /// <summary>How many of its latest messages, up to 50.</summary>
    public int? Messages { get; init; }

    ApiRequest IQuery.AddTo(ApiRequest request) => request
        .Query("messages", Messages);
}

/// <summary>In which order to list the messages of a thread.</summary>
public sealed class ThreadMessageQuery : IQuery
{
    /// <summary>The order.</summary>
    public MessageSort? Sort { get; init; }

    ApiRequest IQuery.AddTo(ApiRequest request) => request
        .Query("sort", Sort);
}

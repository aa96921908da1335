using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>Messages in and out. See <see cref="CrmSolidClient"/>.</summary>
public class MessagesClient : ResourceClient
{
    /// <summary>Makes a mock.</summary>
    protected MessagesClient()
        : base(null)
    {
    }

    internal MessagesClient(Transport transport)
        : base(transport)
    {
    }

    /// <summary>Lists messages, newest first unless sorted otherwise.</summary>
    /// <param name="query">Which ones, in which order. By default all.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Message> ListAsync(
        MessageQuery? query = null, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        Pages<Message>(Get($"/v1/messages", options).With(query), cancellationToken);

    /// <summary>Gets one message.</summary>
    /// <param name="messageId">The message.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Message> GetAsync(
        string messageId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Message>(Get($"/v1/messages/{messageId}", options), cancellationToken);

    /// <summary>Sends a text. It is accepted at once and sent within the limits of the account.</summary>
    /// <param name="accountId">The account that sends.</param>
    /// <param name="to"><c>@name</c>, <c>name</c>, <c>https://t.me/name</c>, or the id of a Telegram user.</param>
    /// <param name="text">The text, with variables such as <c>{first_name}</c>.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<QueuedMessage> SendAsync(
        long accountId, string to, string text, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        SendAsync(new MessageDraft { AccountId = accountId, To = to, Text = text }, options, cancellationToken);

    /// <summary>Sends a text to a contact. It is accepted at once and sent within the limits of the account.</summary>
    /// <param name="accountId">The account that sends.</param>
    /// <param name="contactId">The contact.</param>
    /// <param name="text">The text, with variables such as <c>{first_name}</c>.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<QueuedMessage> SendToContactAsync(
        long accountId, string contactId, string text, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        SendAsync(new MessageDraft { AccountId = accountId, ContactId = contactId, Text = text }, options, cancellationToken);

    /// <summary>
    /// Sends a message: with files, formatted, at a later time, or as a quote of another one. It is accepted at once
    /// and sent within the limits of the account.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<QueuedMessage> SendAsync(
        MessageDraft message, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<QueuedMessage>(Post($"/v1/messages/send", options).Body(message), cancellationToken);

    /// <summary>
    /// Changes the text of a message, for both sides. <see cref="ErrorCode.InvalidState"/> says since when Telegram
    /// does not allow it any more.
    /// </summary>
    /// <param name="messageId">The message.</param>
    /// <param name="changes">The new text, and the new time of a message that is planned.</param>
    /// <param name="options">
    /// With <see cref="RequestOptions.IfMatch"/> the call is refused if the message has changed since.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A key that may read messages gets the whole one, in the additional properties.</returns>
    public virtual Task<CanceledMessage> EditAsync(
        string messageId, EditMessageInput changes, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<CanceledMessage>(Patch($"/v1/messages/{messageId}", options).Body(changes), cancellationToken);

    /// <summary>Deletes a sent message for both sides. It stays here, with <see cref="Message.DeletedAt"/>.</summary>
    /// <param name="messageId">The message.</param>
    /// <param name="options">
    /// With <see cref="RequestOptions.IfMatch"/> the call is refused if the message has changed since.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<ResponseInfo> DeleteAsync(
        string messageId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync(Delete($"/v1/messages/{messageId}", options), cancellationToken);

    /// <summary>Reacts to a message, in place of the account's present reaction.</summary>
    /// <param name="messageId">The message.</param>
    /// <param name="reaction">The emoji; null takes the reaction back.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<CanceledMessage> ReactAsync(
        string messageId, ReactionInput reaction, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<CanceledMessage>(Post($"/v1/messages/{messageId}/reactions", options).Body(reaction), cancellationToken);

    /// <summary>Cancels a message that is still queued.</summary>
    /// <param name="messageId">The message.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<CanceledMessage> CancelAsync(
        string messageId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<CanceledMessage>(Post($"/v1/messages/{messageId}/cancel", options), cancellationToken);

    /// <summary>
    /// Streams messages as they happen: sent, failed, received. It comes back after any outage, however long, and goes on
    /// after the last event, so that none is missed or repeated. Only 401, 403, 404, 410 and the caller end it, and the codes
    /// <c>invalid_cursor</c> and <c>invalid_parameter</c>: the server cannot read the last id any more, so begin without it.
    /// </summary>
    /// <param name="stream">Where to begin, and how to go on.</param>
    /// <param name="options">What the calls do otherwise than the client; its retries are not used.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public virtual IAsyncEnumerable<StreamedEvent> StreamAsync(
        MessageStreamOptions? stream = null, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        new MessageStream(Transport, stream ?? new(), options, cancellationToken);
}

/// <summary>Which messages to list, and in which order.</summary>
public sealed class MessageQuery : IQuery
{
    /// <summary>From or to this account.</summary>
    public long? AccountId { get; init; }

    /// <summary>From or to this contact.</summary>
    public string? ContactId { get; init; }

    /// <summary>Of this thread.</summary>
    public string? ThreadId { get; init; }

    /// <summary>Received or sent.</summary>
    public MessageDirection? Direction { get; init; }

    /// <summary>With this status.</summary>
    public MessageStatus? Status { get; init; }

    /// <summary>Created at this time or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Created before this time.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The order.</summary>
    public MessageSort? Sort { get; init; }

    /// <summary>Beginnings of words of the text, in what was sent or received and not deleted.</summary>
    public string? Search { get; init; }

    ApiRequest IQuery.AddTo(ApiRequest request) => request
        .Query("account_id", AccountId)
        .Query("contact_id", ContactId)
        .Query("thread_id", ThreadId)
        .Query("direction", Direction)
        .Query("status", Status)
        .Query("since", Since)
        .Query("until", Until)
        .Query("sort", Sort)
        .Query("search", Search);
}

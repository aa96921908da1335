using System.Text.Json.Serialization;
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
    /// <param name="accountId">From or to this account.</param>
    /// <param name="contactId">From or to this contact.</param>
    /// <param name="threadId">Of this thread.</param>
    /// <param name="direction">Received or sent.</param>
    /// <param name="status">With this status.</param>
    /// <param name="since">Created at this time or later.</param>
    /// <param name="until">Created before this time.</param>
    /// <param name="sort">The order.</param>
    /// <param name="search">Beginnings of words of the text, in what was sent or received and not deleted.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Message> ListAsync(
        long? accountId = null, string? contactId = null, string? threadId = null, MessageDirection? direction = null,
        MessageStatus? status = null, DateTimeOffset? since = null, DateTimeOffset? until = null,
        MessageSort? sort = null, string? search = null, CancellationToken cancellationToken = default) =>
        Pages<Message>(
            () => ApiRequest.Get($"/v1/messages")
                .Query("account_id", accountId)
                .Query("contact_id", contactId)
                .Query("thread_id", threadId)
                .Query("direction", direction)
                .Query("status", status)
                .Query("since", since)
                .Query("until", until)
                .Query("sort", sort)
                .Query("search", search),
            cancellationToken);

    /// <summary>Gets one message.</summary>
    /// <param name="messageId">The message.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Message> GetAsync(string messageId, CancellationToken cancellationToken = default) =>
        SendGetAsync<Message>($"/v1/messages/{messageId}", cancellationToken);

    /// <summary>Sends a message. It is accepted at once and sent within the limits of the account.</summary>
    /// <param name="accountId">The account that sends.</param>
    /// <param name="to"><c>@name</c>, <c>name</c>, <c>https://t.me/name</c>, or the id of a Telegram user.</param>
    /// <param name="text">The text, with variables such as <c>{first_name}</c>.</param>
    /// <param name="sendAt">When to send it. By default at once.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<QueuedMessage> SendAsync(
        long accountId, string to, string text, DateTimeOffset? sendAt = null, string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        SendPostAsync<QueuedMessage>(
            $"/v1/messages/send", new { accountId, to, text, sendAt }, idempotencyKey, cancellationToken);

    /// <summary>Sends a message to a contact. It is accepted at once and sent within the limits of the account.</summary>
    /// <param name="accountId">The account that sends.</param>
    /// <param name="contactId">The contact.</param>
    /// <param name="text">The text, with variables such as <c>{first_name}</c>.</param>
    /// <param name="sendAt">When to send it. By default at once.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<QueuedMessage> SendToContactAsync(
        long accountId, string contactId, string text, DateTimeOffset? sendAt = null, string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        SendPostAsync<QueuedMessage>(
            $"/v1/messages/send", new { accountId, contactId, text, sendAt }, idempotencyKey, cancellationToken);

    /// <summary>
    /// Sends a message: with files, formatted, or as a quote of another one. It is accepted at once and sent within the
    /// limits of the account.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<QueuedMessage> SendAsync(
        MessageDraft message, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<QueuedMessage>($"/v1/messages/send", message, idempotencyKey, cancellationToken);

    /// <summary>
    /// Changes the text of a message, for both sides. <see cref="ErrorCode.InvalidState"/> says since when Telegram does not
    /// allow it any more.
    /// </summary>
    /// <param name="messageId">The message.</param>
    /// <param name="text">The new text.</param>
    /// <param name="format">How it is written; by default plain.</param>
    /// <param name="sendAt">The new time of a message that is planned.</param>
    /// <param name="ifMatch">Changes it only if this is still its ETag.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A key that may read messages gets the whole one, in the additional properties.</returns>
    public virtual Task<CanceledMessage> EditAsync(
        string messageId, string text, TextFormat? format = null, DateTimeOffset? sendAt = null, string? ifMatch = null,
        string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPatchAsync<CanceledMessage>(
            $"/v1/messages/{messageId}", new { text, format, sendAt }, idempotencyKey, ifMatch, cancellationToken);

    /// <summary>Deletes a sent message for both sides. It stays here, with <see cref="Message.DeletedAt"/>.</summary>
    /// <param name="messageId">The message.</param>
    /// <param name="ifMatch">Deletes it only if this is still its ETag.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task DeleteAsync(
        string messageId, string? ifMatch = null, string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        SendDeleteAsync($"/v1/messages/{messageId}", idempotencyKey, ifMatch, cancellationToken);

    /// <summary>Reacts to a message, in place of the account's present reaction.</summary>
    /// <param name="messageId">The message.</param>
    /// <param name="emoji">The emoji; null takes the reaction back.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<CanceledMessage> ReactAsync(
        string messageId, string? emoji, string? idempotencyKey = null,
        CancellationToken cancellationToken = default) =>
        SendPostAsync<CanceledMessage>(
            $"/v1/messages/{messageId}/reactions", new Reacting(emoji), idempotencyKey, cancellationToken);

    /// <summary>Cancels a message that is still queued.</summary>
    /// <param name="messageId">The message.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<CanceledMessage> CancelAsync(
        string messageId, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<CanceledMessage>($"/v1/messages/{messageId}/cancel", idempotencyKey, cancellationToken);

    /// <summary>
    /// Streams messages as they happen: sent, failed, received. The connection is opened again whenever it ends, and goes
    /// on after the last event, so that none is missed or repeated.
    /// </summary>
    /// <param name="lastEventId">
    /// <see cref="StreamedEvent.Id"/> of the last event you have handled, to go on after it. By default the stream begins
    /// now.
    /// </param>
    /// <param name="onStart">
    /// Called once, when the stream is open, with its position: everything that happens from now on is in the stream. It
    /// runs inside the enumeration, so what waits for the first event must not wait for it. The position can be kept as
    /// the first <paramref name="lastEventId"/>.
    /// </param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public virtual IAsyncEnumerable<StreamedEvent> StreamAsync(
        string? lastEventId = null, Action<string>? onStart = null, CancellationToken cancellationToken = default) =>
        new MessageStream(Transport).ReadAsync(lastEventId, onStart, cancellationToken);

    // Null is sent: it takes the reaction back.
    private sealed record Reacting([property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Emoji);
}

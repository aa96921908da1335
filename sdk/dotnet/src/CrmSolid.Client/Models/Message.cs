namespace CrmSolid.Client;

/// <summary>One message, in or out.</summary>
public sealed record Message : VersionedModel
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>The account that sends or receives.</summary>
    public required long AccountId { get; init; }

    /// <summary>The name of the account.</summary>
    public AccountName? Account { get; init; }

    /// <summary>The thread.</summary>
    public required string ThreadId { get; init; }

    /// <summary>The contact it is to or from.</summary>
    public required string ContactId { get; init; }

    /// <summary>The contact, by name; null in older events.</summary>
    public ContactName? Contact { get; init; }

    /// <summary>Who wrote an outgoing message; null where that is not known.</summary>
    public Author? Author { get; init; }

    /// <summary>In or out.</summary>
    public required MessageDirection Direction { get; init; }

    /// <summary><c>text</c>, or the kind of a medium, such as <c>photo</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The status.</summary>
    public required MessageStatus Status { get; init; }

    /// <summary>The text.</summary>
    public required string Text { get; init; }

    /// <summary>When it is expected to be sent.</summary>
    public required DateTimeOffset? Eta { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was sent.</summary>
    public required DateTimeOffset? SentAt { get; init; }

    /// <summary>When it was edited last.</summary>
    public required DateTimeOffset? EditedAt { get; init; }

    /// <summary>The id of the outgoing message that an incoming one belongs to, else null.</summary>
    public required string? InReplyTo { get; init; }

    /// <summary>Whether an incoming message was written by a machine.</summary>
    public required bool AutoReply { get; init; }

    /// <summary>What went wrong, or null.</summary>
    public required string? Error { get; init; }

    /// <summary>The <c>X-Request-Id</c> of the request that sent the message.</summary>
    public required string? RequestId { get; init; }

    /// <summary>Why a queued message is not sent yet, else null.</summary>
    public required MessageWaitReason? WaitingFor { get; init; }

    /// <summary>The text with its formatting, as HTML that is safe to show; null where it has none.</summary>
    public string? Html { get; init; }

    /// <summary>The files, in their order. The text is their caption.</summary>
    public IReadOnlyList<Attachment> Attachments { get; init; } = [];

    /// <summary>The id of the message that this one quotes, else null.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>The part of its text that is quoted; null for all of it.</summary>
    public string? Quote { get; init; }

    /// <summary>The reactions of both sides.</summary>
    public IReadOnlyList<Reaction> Reactions { get; init; } = [];

    /// <summary>When the contact had read it, where Telegram tells; else null.</summary>
    public DateTimeOffset? ReadAt { get; init; }

    /// <summary>When it was deleted at Telegram, by either side; else null.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>What is asked of Telegram and not done yet, or was refused; else null.</summary>
    public MessageChange? Change { get; init; }
}

/// <summary>A change of a message that Telegram has not made.</summary>
public sealed record MessageChange : ApiModel
{
    /// <summary>What is to be done.</summary>
    public required MessageChangeKind Kind { get; init; }

    /// <summary>Whether it is still to be done or was refused.</summary>
    public required MessageChangeStatus Status { get; init; }

    /// <summary>Why Telegram has refused it, else null.</summary>
    public required string? Error { get; init; }
}

/// <summary>A message that was accepted to be sent.</summary>
public sealed record QueuedMessage : ApiModel
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary><c>queued</c>.</summary>
    public required MessageStatus Status { get; init; }

    /// <summary>When it is expected to be sent.</summary>
    public required DateTimeOffset Eta { get; init; }
}

/// <summary>A message that was canceled.</summary>
public sealed record CanceledMessage : ApiModel
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>The status.</summary>
    public required MessageStatus Status { get; init; }
}

/// <summary>The contact of a message or a thread.</summary>
public sealed record ContactName : ApiModel
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>The name, which may be empty.</summary>
    public required string Name { get; init; }

    /// <summary>The username on Telegram, without @.</summary>
    public required string? Username { get; init; }
}

/// <summary>The account of a thread.</summary>
public sealed record AccountName : ApiModel
{
    /// <summary>The id.</summary>
    public required long Id { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }
}

/// <summary>A member, by name.</summary>
public sealed record MemberName : ApiModel
{
    /// <summary>The id.</summary>
    public required int Id { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }
}

/// <summary>Who wrote a message.</summary>
public sealed record Author : ApiModel
{
    /// <summary>A member, a key, an assistant, or what else it was.</summary>
    public required AuthorType Type { get; init; }

    /// <summary>The id of the member, key, grant, sequence or broadcast; null where it is not known.</summary>
    public required string? Id { get; init; }

    /// <summary>The name as it was then.</summary>
    public required string? Name { get; init; }
}

/// <summary>The conversation of one account with one contact.</summary>
public sealed record MessageThread : ApiModel
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>The account that sends or receives.</summary>
    public required long AccountId { get; init; }

    /// <summary>The account, by name.</summary>
    public AccountName? Account { get; init; }

    /// <summary>The contact it is with.</summary>
    public required string ContactId { get; init; }

    /// <summary>The contact, by name.</summary>
    public ContactName? Contact { get; init; }

    /// <summary>Whether something is to be done now, later, or nothing any more.</summary>
    public ThreadState? State { get; init; }

    /// <summary>Until when it is snoozed, else null.</summary>
    public DateTimeOffset? SnoozedUntil { get; init; }

    /// <summary>The member who looks after it, else null.</summary>
    public MemberName? Assignee { get; init; }

    /// <summary>How many messages are unread.</summary>
    public required int UnreadCount { get; init; }

    /// <summary>The time of the contact's first message that nobody has answered, else null.</summary>
    public DateTimeOffset? WaitingSince { get; init; }

    /// <summary>When the first planned answer is due, else null.</summary>
    public DateTimeOffset? PlannedAt { get; init; }

    /// <summary>When the last message was sent or received.</summary>
    public required DateTimeOffset LastMessageAt { get; init; }

    /// <summary>The last message.</summary>
    public required Message? LastMessage { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A thread with its latest messages.</summary>
public sealed record ThreadWithMessages : VersionedModel
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>The account that sends or receives.</summary>
    public required long AccountId { get; init; }

    /// <summary>The account, by name.</summary>
    public AccountName? Account { get; init; }

    /// <summary>The contact it is with.</summary>
    public required string ContactId { get; init; }

    /// <summary>The contact, by name.</summary>
    public ContactName? Contact { get; init; }

    /// <summary>Whether something is to be done now, later, or nothing any more.</summary>
    public ThreadState? State { get; init; }

    /// <summary>Until when it is snoozed, else null.</summary>
    public DateTimeOffset? SnoozedUntil { get; init; }

    /// <summary>The member who looks after it, else null.</summary>
    public MemberName? Assignee { get; init; }

    /// <summary>How many messages are unread.</summary>
    public required int UnreadCount { get; init; }

    /// <summary>The time of the contact's first message that nobody has answered, else null.</summary>
    public DateTimeOffset? WaitingSince { get; init; }

    /// <summary>When the first planned answer is due, else null.</summary>
    public DateTimeOffset? PlannedAt { get; init; }

    /// <summary>When the last message was sent or received.</summary>
    public required DateTimeOffset LastMessageAt { get; init; }

    /// <summary>The last message.</summary>
    public required Message? LastMessage { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The latest messages, newest first, as many as were asked for.</summary>
    public IReadOnlyList<Message> Messages { get; init; } = [];
}

/// <summary>A thread that was changed. With a key that may not read messages, only the id has a value.</summary>
public sealed record ChangedThread : VersionedModel
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>The account that sends or receives.</summary>
    public long? AccountId { get; init; }

    /// <summary>The account, by name.</summary>
    public AccountName? Account { get; init; }

    /// <summary>The contact it is with.</summary>
    public string? ContactId { get; init; }

    /// <summary>The contact, by name.</summary>
    public ContactName? Contact { get; init; }

    /// <summary>Whether something is to be done now, later, or nothing any more.</summary>
    public ThreadState? State { get; init; }

    /// <summary>Until when it is snoozed, else null.</summary>
    public DateTimeOffset? SnoozedUntil { get; init; }

    /// <summary>The member who looks after it, else null.</summary>
    public MemberName? Assignee { get; init; }

    /// <summary>How many messages are unread.</summary>
    public int? UnreadCount { get; init; }

    /// <summary>The time of the contact's first message that nobody has answered, else null.</summary>
    public DateTimeOffset? WaitingSince { get; init; }

    /// <summary>When the first planned answer is due, else null.</summary>
    public DateTimeOffset? PlannedAt { get; init; }

    /// <summary>When the last message was sent or received.</summary>
    public DateTimeOffset? LastMessageAt { get; init; }

    /// <summary>The last message.</summary>
    public Message? LastMessage { get; init; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset? CreatedAt { get; init; }
}

/// <summary>The latest request for older messages of a thread, which are at Telegram only.</summary>
public sealed record HistoryRequest : VersionedModel
{
    /// <summary>The thread.</summary>
    public required string ThreadId { get; init; }

    /// <summary>How far it has come.</summary>
    public required HistoryState State { get; init; }

    /// <summary>Why it has failed; null if it has not.</summary>
    public required string? Reason { get; init; }

    /// <summary>Whether Telegram has nothing older.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>When they were asked for.</summary>
    public required DateTimeOffset RequestedAt { get; init; }
}

/// <summary>A thread whose messages were marked as read.</summary>
public sealed record ReadThread : ApiModel
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>How many messages are unread.</summary>
    public required int UnreadCount { get; init; }
}

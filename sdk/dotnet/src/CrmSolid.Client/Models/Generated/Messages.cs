// Written by tools/generate_dotnet.py from docs/openapi.json; do not edit.
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>The account, of which <c>GET /v1/accounts/{id}</c> tells more.</summary>
[JsonConverter(typeof(ModelConverter<AccountName>))]
public sealed class AccountName : ApiModel, IJsonModel<AccountName>
{
    private static readonly MemberNames Names = new(
        "AccountName", "id", "name");

    /// <summary>Makes one, such as for a test.</summary>
    public AccountName() { }

    [SetsRequiredMembers]
    private AccountName(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Integer(ref json); break;
                case 1: Name = members.Text(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id == 0) throw members.Missing(0);
    }

    /// <summary>The account's id.</summary>
    public required long Id { get; init; }

    /// <summary>The account's name.</summary>
    public string Name { get; init; } = "";

    static AccountName IJsonModel<AccountName>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<AccountName>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Integer("id", Id);
        json.Text("name", Name);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>A file of a message, sent or received as <c>kind</c>.</summary>
[JsonConverter(typeof(ModelConverter<Attachment>))]
public sealed class Attachment : ApiModel, IJsonModel<Attachment>
{
    private static readonly MemberNames Names = new(
        "Attachment", "id", "kind", "name", "type", "size", "width", "height", "duration", "thumbnail", "url",
        "state", "deleted_at");

    /// <summary>Makes one, such as for a test.</summary>
    public Attachment() { }

    [SetsRequiredMembers]
    private Attachment(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: Kind = members.Value<FileKind>(ref json); break;
                case 2: Name = members.Text(ref json); break;
                case 3: Type = members.Text(ref json); break;
                case 4: Size = members.Integer(ref json); break;
                case 5: Width = members.Integer(ref json); break;
                case 6: Height = members.Integer(ref json); break;
                case 7: Duration = members.Integer(ref json); break;
                case 8: Thumbnail = members.Text(ref json); break;
                case 9: Url = members.Text(ref json); break;
                case 10: State = members.Value<AttachmentState>(ref json); break;
                case 11: DeletedAt = members.Time(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The file's.</summary>
    public required string Id { get; init; }

    /// <summary>How it is sent or was received.</summary>
    public FileKind Kind { get; init; }

    /// <summary>What the file is called; empty if nobody named it.</summary>
    public string Name { get; init; } = "";

    /// <summary>The media type.</summary>
    public string Type { get; init; } = "";

    /// <summary>Bytes.</summary>
    public long Size { get; init; }

    /// <summary>Pixels.</summary>
    public long? Width { get; init; }

    /// <summary>Pixels.</summary>
    public long? Height { get; init; }

    /// <summary>Seconds.</summary>
    public long? Duration { get; init; }

    /// <summary>Where a picture of at most 320 pixels is; null if there is none, or none yet.</summary>
    public string? Thumbnail { get; init; }

    /// <summary>Where the content is.</summary>
    public string Url { get; init; } = "";

    /// <summary><c>on_demand</c>: the first request for the content has it fetched from Telegram.</summary>
    public AttachmentState State { get; init; }

    /// <summary>When either side has deleted it, alone or with the rest of its message; the content stays.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    static Attachment IJsonModel<Attachment>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<Attachment>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Value("kind", Kind);
        json.Text("name", Name);
        json.Text("type", Type);
        json.Integer("size", Size);
        json.Integer("width", Width);
        json.Integer("height", Height);
        json.Integer("duration", Duration);
        json.Text("thumbnail", Thumbnail);
        json.Text("url", Url);
        json.Value("state", State);
        json.Time("deleted_at", DeletedAt);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The whole message, or <c>id</c> and <c>status</c> for a key without read:messages.</summary>
[JsonConverter(typeof(ModelConverter<CanceledMessage>))]
public sealed class CanceledMessage : VersionedModel, IJsonModel<CanceledMessage>
{
    private static readonly MemberNames Names = new(
        "CanceledMessage", "id", "status");

    /// <summary>Makes one, such as for a test.</summary>
    public CanceledMessage() { }

    [SetsRequiredMembers]
    private CanceledMessage(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: Status = members.Value<MessageStatus>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The message's id.</summary>
    public required string Id { get; init; }

    /// <summary><c>canceled</c>.</summary>
    public MessageStatus Status { get; init; }

    static CanceledMessage IJsonModel<CanceledMessage>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<CanceledMessage>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Value("status", Status);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The thread; a key without <c>read:messages</c> gets <c>id</c> alone.</summary>
[JsonConverter(typeof(ModelConverter<ChangedThread>))]
public sealed class ChangedThread : VersionedModel, IJsonModel<ChangedThread>
{
    private static readonly MemberNames Names = new(
        "ChangedThread", "id", "account_id", "account", "contact_id", "contact", "state", "snoozed_until", "assignee",
        "unread_count", "waiting_since", "planned_at", "last_message_at", "last_message", "created_at");

    /// <summary>Makes one, such as for a test.</summary>
    public ChangedThread() { }

    [SetsRequiredMembers]
    private ChangedThread(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: AccountId = members.Integer(ref json); break;
                case 2: Account = members.Model<AccountName>(ref json); break;
                case 3: ContactId = members.Text(ref json); break;
                case 4: Contact = members.Model<ContactName>(ref json); break;
                case 5: State = members.Value<ThreadState>(ref json); break;
                case 6: SnoozedUntil = members.Time(ref json); break;
                case 7: Assignee = members.Model<MemberName>(ref json); break;
                case 8: UnreadCount = members.Integer(ref json); break;
                case 9: WaitingSince = members.Time(ref json); break;
                case 10: PlannedAt = members.Time(ref json); break;
                case 11: LastMessageAt = members.Time(ref json); break;
                case 12: LastMessage = members.Model<Message>(ref json); break;
                case 13: CreatedAt = members.Time(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The conversation's id.</summary>
    public required string Id { get; init; }

    /// <summary>The account that has it.</summary>
    public long? AccountId { get; init; }

    /// <summary>The same account with its name.</summary>
    public AccountName? Account { get; init; }

    /// <summary>The contact it is with.</summary>
    public string? ContactId { get; init; }

    /// <summary>The same contact with its name.</summary>
    public ContactName? Contact { get; init; }

    /// <summary>A message of the contact opens a closed or snoozed thread again.</summary>
    public ThreadState? State { get; init; }

    /// <summary>Null unless the thread is snoozed.</summary>
    public DateTimeOffset? SnoozedUntil { get; init; }

    /// <summary>The member who looks after it.</summary>
    public MemberName? Assignee { get; init; }

    /// <summary>Messages of the contact that nobody has read.</summary>
    public long? UnreadCount { get; init; }

    /// <summary>
    /// The time of the contact's first message that nobody has answered; what a sequence or a broadcast sends is no
    /// answer.
    /// </summary>
    public DateTimeOffset? WaitingSince { get; init; }

    /// <summary>When the first planned answer is due.</summary>
    public DateTimeOffset? PlannedAt { get; init; }

    /// <summary>The time of its latest message.</summary>
    public DateTimeOffset? LastMessageAt { get; init; }

    /// <summary>Its latest message; null if there is none.</summary>
    public Message? LastMessage { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    static ChangedThread IJsonModel<ChangedThread>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<ChangedThread>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Integer("account_id", AccountId);
        json.Model("account", Account);
        json.Text("contact_id", ContactId);
        json.Model("contact", Contact);
        json.Value("state", State);
        json.Time("snoozed_until", SnoozedUntil);
        json.Model("assignee", Assignee);
        json.Integer("unread_count", UnreadCount);
        json.Time("waiting_since", WaitingSince);
        json.Time("planned_at", PlannedAt);
        json.Time("last_message_at", LastMessageAt);
        json.Model("last_message", LastMessage);
        json.Time("created_at", CreatedAt);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The latest request for older messages of a conversation, which are at Telegram only.</summary>
[JsonConverter(typeof(ModelConverter<HistoryRequest>))]
public sealed class HistoryRequest : VersionedModel, IJsonModel<HistoryRequest>
{
    private static readonly MemberNames Names = new(
        "HistoryRequest", "thread_id", "state", "reason", "is_complete", "requested_at");

    /// <summary>Makes one, such as for a test.</summary>
    public HistoryRequest() { }

    private HistoryRequest(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: ThreadId = members.Text(ref json); break;
                case 1: State = members.Value<HistoryState>(ref json); break;
                case 2: Reason = members.Text(ref json); break;
                case 3: IsComplete = members.Flag(ref json); break;
                case 4: RequestedAt = members.Time(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>The conversation.</summary>
    public string ThreadId { get; init; } = "";

    /// <summary><c>asked</c> until the messages are stored (<c>done</c>) or cannot be loaded.</summary>
    public HistoryState State { get; init; }

    /// <summary>Why it has failed; null if it has not.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether Telegram has nothing older.</summary>
    public bool IsComplete { get; init; }

    /// <summary>When they were asked for.</summary>
    public DateTimeOffset RequestedAt { get; init; }

    static HistoryRequest IJsonModel<HistoryRequest>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<HistoryRequest>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("thread_id", ThreadId);
        json.Value("state", State);
        json.Text("reason", Reason);
        json.Flag("is_complete", IsComplete);
        json.Time("requested_at", RequestedAt);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>One message, in or out.</summary>
[JsonConverter(typeof(ModelConverter<Message>))]
public sealed class Message : VersionedModel, IJsonModel<Message>
{
    private static readonly MemberNames Names = new(
        "Message", "id", "account_id", "account", "thread_id", "contact_id", "contact", "author", "direction", "kind",
        "status", "text", "html", "attachments", "eta", "created_at", "sent_at", "edited_at", "in_reply_to",
        "reply_to", "quote", "read_at", "deleted_at", "reactions", "change", "auto_reply", "error", "request_id",
        "waiting_for");

    /// <summary>Makes one, such as for a test.</summary>
    public Message() { }

    [SetsRequiredMembers]
    private Message(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: AccountId = members.Integer(ref json); break;
                case 2: Account = members.Model<AccountName>(ref json); break;
                case 3: ThreadId = members.Text(ref json); break;
                case 4: ContactId = members.Text(ref json); break;
                case 5: Contact = members.Model<ContactName>(ref json); break;
                case 6: Author = members.Model<Author>(ref json); break;
                case 7: Direction = members.Value<MessageDirection>(ref json); break;
                case 8: Kind = members.Text(ref json); break;
                case 9: Status = members.Value<MessageStatus>(ref json); break;
                case 10: Text = members.Text(ref json); break;
                case 11: Html = members.Text(ref json); break;
                case 12: Attachments = members.Models<Attachment>(ref json); break;
                case 13: Eta = members.Time(ref json); break;
                case 14: CreatedAt = members.Time(ref json); break;
                case 15: SentAt = members.Time(ref json); break;
                case 16: EditedAt = members.Time(ref json); break;
                case 17: InReplyTo = members.Text(ref json); break;
                case 18: ReplyTo = members.Text(ref json); break;
                case 19: Quote = members.Text(ref json); break;
                case 20: ReadAt = members.Time(ref json); break;
                case 21: DeletedAt = members.Time(ref json); break;
                case 22: Reactions = members.Models<Reaction>(ref json); break;
                case 23: Change = members.Model<MessageChange>(ref json); break;
                case 24: AutoReply = members.Flag(ref json); break;
                case 25: Error = members.Text(ref json); break;
                case 26: RequestId = members.Text(ref json); break;
                case 27: WaitingFor = members.Value<MessageWaitReason>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The message's id.</summary>
    public required string Id { get; init; }

    /// <summary>The account that sends or got it.</summary>
    public long AccountId { get; init; }

    /// <summary>The same account with its name.</summary>
    public AccountName? Account { get; init; }

    /// <summary>The conversation it is in.</summary>
    public string ThreadId { get; init; } = "";

    /// <summary>The contact it goes to or comes from.</summary>
    public string ContactId { get; init; } = "";

    /// <summary>The same contact with its name.</summary>
    public ContactName? Contact { get; init; }

    /// <summary>Who wrote an outgoing message; null where that is not known.</summary>
    public Author? Author { get; init; }

    /// <summary><c>in</c>: received; <c>out</c>: sent by the account.</summary>
    public MessageDirection Direction { get; init; }

    /// <summary><c>text</c>, or the kind of its files.</summary>
    public string Kind { get; init; } = "";

    /// <summary>How far it has come.</summary>
    public MessageStatus Status { get; init; }

    /// <summary>The text without its formatting; empty for files without a caption.</summary>
    public string Text { get; init; } = "";

    /// <summary>The text with its formatting, in few and safe tags; null where it is as <c>text</c>.</summary>
    public string? Html { get; init; }

    /// <summary>Its files, in their order.</summary>
    public IReadOnlyList<Attachment> Attachments { get; init; } = [];

    /// <summary>When it is sent, or was to be; null for one that was received.</summary>
    public DateTimeOffset? Eta { get; init; }

    /// <summary>When it was stored.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When Telegram took or delivered it; null until then.</summary>
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>When it was changed last on Telegram; null for never.</summary>
    public DateTimeOffset? EditedAt { get; init; }

    /// <summary>The id of the outgoing message that an incoming one belongs to, else null.</summary>
    public string? InReplyTo { get; init; }

    /// <summary>The id of the message of the same conversation that this one quotes, else null.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>The part of its text that is quoted, null for all of it.</summary>
    public string? Quote { get; init; }

    /// <summary>When Telegram told that the contact has read an outgoing message.</summary>
    public DateTimeOffset? ReadAt { get; init; }

    /// <summary>When either side has deleted the message, of an album its last file; text and files stay.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>The reactions to it.</summary>
    public IReadOnlyList<Reaction> Reactions { get; init; } = [];

    /// <summary>
    /// What is asked of Telegram and not done yet, or was refused: the message is shown as it is there.
    /// </summary>
    public MessageChange? Change { get; init; }

    /// <summary>Whether a machine wrote the message, rather than a person.</summary>
    public bool AutoReply { get; init; }

    /// <summary>Why it was not sent, as a stable code; null otherwise.</summary>
    public string? Error { get; init; }

    /// <summary>The <c>X-Request-Id</c> of the request that sent the message.</summary>
    public string? RequestId { get; init; }

    /// <summary>Why a queued message is not sent yet, else null.</summary>
    public MessageWaitReason? WaitingFor { get; init; }

    static Message IJsonModel<Message>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<Message>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Integer("account_id", AccountId);
        json.Model("account", Account);
        json.Text("thread_id", ThreadId);
        json.Text("contact_id", ContactId);
        json.Model("contact", Contact);
        json.Model("author", Author);
        json.Value("direction", Direction);
        json.Text("kind", Kind);
        json.Value("status", Status);
        json.Text("text", Text);
        json.Text("html", Html);
        json.Models("attachments", Attachments);
        json.Time("eta", Eta);
        json.Time("created_at", CreatedAt);
        json.Time("sent_at", SentAt);
        json.Time("edited_at", EditedAt);
        json.Text("in_reply_to", InReplyTo);
        json.Text("reply_to", ReplyTo);
        json.Text("quote", Quote);
        json.Time("read_at", ReadAt);
        json.Time("deleted_at", DeletedAt);
        json.Models("reactions", Reactions);
        json.Model("change", Change);
        json.Flag("auto_reply", AutoReply);
        json.Text("error", Error);
        json.Text("request_id", RequestId);
        json.Value("waiting_for", WaitingFor);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>A change of a message that Telegram has not made.</summary>
[JsonConverter(typeof(ModelConverter<MessageChange>))]
public sealed class MessageChange : ApiModel, IJsonModel<MessageChange>
{
    private static readonly MemberNames Names = new(
        "MessageChange", "kind", "status", "error");

    /// <summary>Makes one, such as for a test.</summary>
    public MessageChange() { }

    private MessageChange(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Kind = members.Value<MessageChangeKind>(ref json); break;
                case 1: Status = members.Value<MessageChangeStatus>(ref json); break;
                case 2: Error = members.Text(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>What is asked for.</summary>
    public MessageChangeKind Kind { get; init; }

    /// <summary><c>failed</c>: Telegram has refused it.</summary>
    public MessageChangeStatus Status { get; init; }

    /// <summary>Why Telegram has refused it, else null.</summary>
    public string? Error { get; init; }

    static MessageChange IJsonModel<MessageChange>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<MessageChange>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Value("kind", Kind);
        json.Value("status", Status);
        json.Text("error", Error);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The conversation of one account with one contact.</summary>
[JsonConverter(typeof(ModelConverter<MessageThread>))]
public sealed class MessageThread : ApiModel, IJsonModel<MessageThread>
{
    private static readonly MemberNames Names = new(
        "MessageThread", "id", "account_id", "account", "contact_id", "contact", "state", "snoozed_until", "assignee",
        "unread_count", "waiting_since", "planned_at", "last_message_at", "last_message", "created_at");

    /// <summary>Makes one, such as for a test.</summary>
    public MessageThread() { }

    [SetsRequiredMembers]
    private MessageThread(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: AccountId = members.Integer(ref json); break;
                case 2: Account = members.Model<AccountName>(ref json); break;
                case 3: ContactId = members.Text(ref json); break;
                case 4: Contact = members.Model<ContactName>(ref json); break;
                case 5: State = members.Value<ThreadState>(ref json); break;
                case 6: SnoozedUntil = members.Time(ref json); break;
                case 7: Assignee = members.Model<MemberName>(ref json); break;
                case 8: UnreadCount = members.Integer(ref json); break;
                case 9: WaitingSince = members.Time(ref json); break;
                case 10: PlannedAt = members.Time(ref json); break;
                case 11: LastMessageAt = members.Time(ref json); break;
                case 12: LastMessage = members.Model<Message>(ref json); break;
                case 13: CreatedAt = members.Time(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The conversation's id.</summary>
    public required string Id { get; init; }

    /// <summary>The account that has it.</summary>
    public long AccountId { get; init; }

    /// <summary>The same account with its name.</summary>
    public AccountName? Account { get; init; }

    /// <summary>The contact it is with.</summary>
    public string ContactId { get; init; } = "";

    /// <summary>The same contact with its name.</summary>
    public ContactName? Contact { get; init; }

    /// <summary>A message of the contact opens a closed or snoozed thread again.</summary>
    public ThreadState State { get; init; }

    /// <summary>Null unless the thread is snoozed.</summary>
    public DateTimeOffset? SnoozedUntil { get; init; }

    /// <summary>The member who looks after it.</summary>
    public MemberName? Assignee { get; init; }

    /// <summary>Messages of the contact that nobody has read.</summary>
    public long UnreadCount { get; init; }

    /// <summary>
    /// The time of the contact's first message that nobody has answered; what a sequence or a broadcast sends is no
    /// answer.
    /// </summary>
    public DateTimeOffset? WaitingSince { get; init; }

    /// <summary>When the first planned answer is due.</summary>
    public DateTimeOffset? PlannedAt { get; init; }

    /// <summary>The time of its latest message.</summary>
    public DateTimeOffset LastMessageAt { get; init; }

    /// <summary>Its latest message; null if there is none.</summary>
    public Message? LastMessage { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    static MessageThread IJsonModel<MessageThread>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<MessageThread>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Integer("account_id", AccountId);
        json.Model("account", Account);
        json.Text("contact_id", ContactId);
        json.Model("contact", Contact);
        json.Value("state", State);
        json.Time("snoozed_until", SnoozedUntil);
        json.Model("assignee", Assignee);
        json.Integer("unread_count", UnreadCount);
        json.Time("waiting_since", WaitingSince);
        json.Time("planned_at", PlannedAt);
        json.Time("last_message_at", LastMessageAt);
        json.Model("last_message", LastMessage);
        json.Time("created_at", CreatedAt);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>A message that was accepted to be sent.</summary>
[JsonConverter(typeof(ModelConverter<QueuedMessage>))]
public sealed class QueuedMessage : ApiModel, IJsonModel<QueuedMessage>
{
    private static readonly MemberNames Names = new(
        "QueuedMessage", "id", "status", "eta");

    /// <summary>Makes one, such as for a test.</summary>
    public QueuedMessage() { }

    [SetsRequiredMembers]
    private QueuedMessage(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: Status = members.Value<MessageStatus>(ref json); break;
                case 2: Eta = members.Time(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The message's id.</summary>
    public required string Id { get; init; }

    /// <summary>Always <c>queued</c>.</summary>
    public MessageStatus Status { get; init; }

    /// <summary>When it will be sent, as far as is known now.</summary>
    public DateTimeOffset Eta { get; init; }

    static QueuedMessage IJsonModel<QueuedMessage>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<QueuedMessage>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Value("status", Status);
        json.Time("eta", Eta);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>A reaction to a message.</summary>
[JsonConverter(typeof(ModelConverter<Reaction>))]
public sealed class Reaction : ApiModel, IJsonModel<Reaction>
{
    private static readonly MemberNames Names = new(
        "Reaction", "emoji", "by");

    /// <summary>Makes one, such as for a test.</summary>
    public Reaction() { }

    private Reaction(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Emoji = members.Text(ref json); break;
                case 1: By = members.Value<ReactionBy>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>The emoji.</summary>
    public string Emoji { get; init; } = "";

    /// <summary>Whose it is: the contact's, or the account's.</summary>
    public ReactionBy By { get; init; }

    static Reaction IJsonModel<Reaction>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<Reaction>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("emoji", Emoji);
        json.Value("by", By);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>A thread whose messages were marked as read, or as unread.</summary>
[JsonConverter(typeof(ModelConverter<ReadThread>))]
public sealed class ReadThread : ApiModel, IJsonModel<ReadThread>
{
    private static readonly MemberNames Names = new(
        "ReadThread", "id", "unread_count");

    /// <summary>Makes one, such as for a test.</summary>
    public ReadThread() { }

    [SetsRequiredMembers]
    private ReadThread(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: UnreadCount = members.Integer(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The conversation's id.</summary>
    public required string Id { get; init; }

    /// <summary>Messages of the contact that nobody has read, now.</summary>
    public long UnreadCount { get; init; }

    static ReadThread IJsonModel<ReadThread>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<ReadThread>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Integer("unread_count", UnreadCount);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>
/// A text that the workspace keeps for messages. Give <c>text</c>, <c>format</c> and <c>attachments</c> to <c>POST
/// /v1/messages/send</c>, which fills in the variables.
/// </summary>
[JsonConverter(typeof(ModelConverter<Template>))]
public sealed class Template : VersionedModel, IJsonModel<Template>
{
    private static readonly MemberNames Names = new(
        "Template", "id", "name", "text", "format", "attachments", "created_at", "updated_at");

    /// <summary>Makes one, such as for a test.</summary>
    public Template() { }

    [SetsRequiredMembers]
    private Template(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Integer(ref json); break;
                case 1: Name = members.Text(ref json); break;
                case 2: Text = members.Text(ref json); break;
                case 3: Format = members.Value<TextFormat>(ref json); break;
                case 4: Attachments = members.Texts(ref json); break;
                case 5: CreatedAt = members.Time(ref json); break;
                case 6: UpdatedAt = members.Time(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id == 0) throw members.Missing(0);
    }

    /// <summary>The template's id.</summary>
    public required long Id { get; init; }

    /// <summary>What people call it.</summary>
    public string Name { get; init; } = "";

    /// <summary>The text with its variables.</summary>
    public string Text { get; init; } = "";

    /// <summary>How <c>text</c> is written.</summary>
    public TextFormat Format { get; init; }

    /// <summary>The ids of its files.</summary>
    public IReadOnlyList<string> Attachments { get; init; } = [];

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    static Template IJsonModel<Template>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<Template>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Integer("id", Id);
        json.Text("name", Name);
        json.Text("text", Text);
        json.Value("format", Format);
        json.Texts("attachments", Attachments);
        json.Time("created_at", CreatedAt);
        json.Time("updated_at", UpdatedAt);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>A thread with its latest messages.</summary>
[JsonConverter(typeof(ModelConverter<ThreadWithMessages>))]
public sealed class ThreadWithMessages : VersionedModel, IJsonModel<ThreadWithMessages>
{
    private static readonly MemberNames Names = new(
        "ThreadWithMessages", "id", "account_id", "account", "contact_id", "contact", "state", "snoozed_until",
        "assignee", "unread_count", "waiting_since", "planned_at", "last_message_at", "last_message", "created_at",
        "messages");

    /// <summary>Makes one, such as for a test.</summary>
    public ThreadWithMessages() { }

    [SetsRequiredMembers]
    private ThreadWithMessages(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: AccountId = members.Integer(ref json); break;
                case 2: Account = members.Model<AccountName>(ref json); break;
                case 3: ContactId = members.Text(ref json); break;
                case 4: Contact = members.Model<ContactName>(ref json); break;
                case 5: State = members.Value<ThreadState>(ref json); break;
                case 6: SnoozedUntil = members.Time(ref json); break;
                case 7: Assignee = members.Model<MemberName>(ref json); break;
                case 8: UnreadCount = members.Integer(ref json); break;
                case 9: WaitingSince = members.Time(ref json); break;
                case 10: PlannedAt = members.Time(ref json); break;
                case 11: LastMessageAt = members.Time(ref json); break;
                case 12: LastMessage = members.Model<Message>(ref json); break;
                case 13: CreatedAt = members.Time(ref json); break;
                case 14: Messages = members.Models<Message>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The conversation's id.</summary>
    public required string Id { get; init; }

    /// <summary>The account that has it.</summary>
    public long AccountId { get; init; }

    /// <summary>The same account with its name.</summary>
    public AccountName? Account { get; init; }

    /// <summary>The contact it is with.</summary>
    public string ContactId { get; init; } = "";

    /// <summary>The same contact with its name.</summary>
    public ContactName? Contact { get; init; }

    /// <summary>A message of the contact opens a closed or snoozed thread again.</summary>
    public ThreadState State { get; init; }

    /// <summary>Null unless the thread is snoozed.</summary>
    public DateTimeOffset? SnoozedUntil { get; init; }

    /// <summary>The member who looks after it.</summary>
    public MemberName? Assignee { get; init; }

    /// <summary>Messages of the contact that nobody has read.</summary>
    public long UnreadCount { get; init; }

    /// <summary>
    /// The time of the contact's first message that nobody has answered; what a sequence or a broadcast sends is no
    /// answer.
    /// </summary>
    public DateTimeOffset? WaitingSince { get; init; }

    /// <summary>When the first planned answer is due.</summary>
    public DateTimeOffset? PlannedAt { get; init; }

    /// <summary>The time of its latest message.</summary>
    public DateTimeOffset LastMessageAt { get; init; }

    /// <summary>Its latest message; null if there is none.</summary>
    public Message? LastMessage { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The latest, newest first, if <c>messages</c> asks for them.</summary>
    public IReadOnlyList<Message> Messages { get; init; } = [];

    static ThreadWithMessages IJsonModel<ThreadWithMessages>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<ThreadWithMessages>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Integer("account_id", AccountId);
        json.Model("account", Account);
        json.Text("contact_id", ContactId);
        json.Model("contact", Contact);
        json.Value("state", State);
        json.Time("snoozed_until", SnoozedUntil);
        json.Model("assignee", Assignee);
        json.Integer("unread_count", UnreadCount);
        json.Time("waiting_since", WaitingSince);
        json.Time("planned_at", PlannedAt);
        json.Time("last_message_at", LastMessageAt);
        json.Model("last_message", LastMessage);
        json.Time("created_at", CreatedAt);
        json.Models("messages", Messages);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The template; a key without <c>read:messages</c> gets <c>id</c> and the fields it sent.</summary>
[JsonConverter(typeof(ModelConverter<WrittenTemplate>))]
public sealed class WrittenTemplate : VersionedModel, IJsonModel<WrittenTemplate>
{
    private static readonly MemberNames Names = new(
        "WrittenTemplate", "id", "name", "text", "format", "attachments", "created_at", "updated_at");

    /// <summary>Makes one, such as for a test.</summary>
    public WrittenTemplate() { }

    [SetsRequiredMembers]
    private WrittenTemplate(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Integer(ref json); break;
                case 1: Name = members.Text(ref json); break;
                case 2: Text = members.Text(ref json); break;
                case 3: Format = members.Value<TextFormat>(ref json); break;
                case 4: Attachments = members.Texts(ref json); break;
                case 5: CreatedAt = members.Time(ref json); break;
                case 6: UpdatedAt = members.Time(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id == 0) throw members.Missing(0);
    }

    /// <summary>The template's id.</summary>
    public required long Id { get; init; }

    /// <summary>What people call it.</summary>
    public string? Name { get; init; }

    /// <summary>The text with its variables.</summary>
    public string? Text { get; init; }

    /// <summary>How <c>text</c> is written.</summary>
    public TextFormat? Format { get; init; }

    /// <summary>The ids of its files.</summary>
    public IReadOnlyList<string> Attachments { get; init; } = [];

    /// <summary>When it was made.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    static WrittenTemplate IJsonModel<WrittenTemplate>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<WrittenTemplate>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Integer("id", Id);
        json.Text("name", Name);
        json.Text("text", Text);
        json.Value("format", Format);
        json.Texts("attachments", Attachments);
        json.Time("created_at", CreatedAt);
        json.Time("updated_at", UpdatedAt);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The new text of a message.</summary>
public sealed class EditMessageInput
{
    /// <summary>What the message is to say, written as one that is sent; of one with files the caption.</summary>
    public required string Text { get; set; }

    /// <summary>How <c>text</c> is written: as plain text, in Markdown, or in HTML.</summary>
    public TextFormat? Format { get; set; }

    /// <summary>The new time of a planned message (RFC 3339).</summary>
    public DateTimeOffset? SendAt { get; set; }
}

/// <summary>A message to send: to a username or Telegram id, or to a contact.</summary>
public sealed class MessageDraft
{
    /// <summary>The account to send from.</summary>
    public required long AccountId { get; set; }

    /// <summary><c>@name</c>, <c>name</c>, <c>https://t.me/name</c> or a numeric Telegram id.</summary>
    public string? To { get; set; }

    /// <summary>In place of <c>to</c>.</summary>
    public string? ContactId { get; set; }

    /// <summary>
    /// 1 to 4096 UTF-16 units once <c>{variables}</c> are filled in. With <c>attachments</c> it is their caption: at
    /// most 1024 units, and it may be left out.
    /// </summary>
    public string? Text { get; set; }

    /// <summary>
    /// Files of <c>POST /v1/files</c>, sent as one message; several photos and videos are an album.
    /// </summary>
    public IReadOnlyList<string>? Attachments { get; set; }

    /// <summary>How <c>text</c> is written: as plain text, in Markdown, or in HTML.</summary>
    public TextFormat? Format { get; set; }

    /// <summary>Whether Telegram shows a preview of an address in the text.</summary>
    public bool? LinkPreview { get; set; }

    /// <summary>Not before this time (RFC 3339).</summary>
    public DateTimeOffset? SendAt { get; set; }

    /// <summary>The message of the same conversation that it quotes.</summary>
    public string? ReplyTo { get; set; }

    /// <summary>The part of its text that is quoted, as it stands there.</summary>
    public string? Quote { get; set; }

    /// <summary>
    /// How the files are sent: <c>auto</c> by what they are, <c>document</c> unchanged, <c>voice</c> as a voice
    /// message.
    /// </summary>
    public SendAs? As { get; set; }
}

/// <summary>The reaction to set.</summary>
public sealed class ReactionInput
{
    /// <summary>One that Telegram has as a reaction, in place of an earlier one; null takes it back.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Emoji { get; set; }
}

/// <summary>What to change of a template. What is left out stays as it is.</summary>
public sealed class TemplateChanges
{
    /// <summary>Unique among those that are shared.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// 1 to 4096 UTF-16 units once <c>{variables}</c> are filled in. With <c>attachments</c> it is their caption: at
    /// most 1024 units, and it may be left out.
    /// </summary>
    public string? Text { get; set; }

    /// <summary>How <c>text</c> is written.</summary>
    public TextFormat? Format { get; set; }

    /// <summary>
    /// Files of <c>POST /v1/files</c>, sent as one message; several photos and videos are an album.
    /// </summary>
    public IReadOnlyList<string>? Attachments { get; set; }
}

/// <summary>A template to create.</summary>
public sealed class TemplateInput
{
    /// <summary>Unique among those that are shared.</summary>
    public required string Name { get; set; }

    /// <summary>
    /// 1 to 4096 UTF-16 units once <c>{variables}</c> are filled in. With <c>attachments</c> it is their caption: at
    /// most 1024 units, and it may be left out.
    /// </summary>
    public string? Text { get; set; }

    /// <summary>How <c>text</c> is written: as plain text, in Markdown, or in HTML.</summary>
    public TextFormat? Format { get; set; }

    /// <summary>
    /// Files of <c>POST /v1/files</c>, sent as one message; several photos and videos are an album.
    /// </summary>
    public IReadOnlyList<string>? Attachments { get; set; }
}

/// <summary>What to change of a thread. What is left out stays as it is.</summary>
public sealed class ThreadChanges
{
    /// <summary>Closed: nothing remains to be done.</summary>
    public ThreadState? State { get; set; }

    /// <summary>With the state <c>snoozed</c>: until when.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    [JsonConverter(typeof(OptionalConverter<DateTimeOffset?>))]
    public Optional<DateTimeOffset?> SnoozedUntil { get; set; }

    /// <summary>A member who may write messages; null: nobody.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    [JsonConverter(typeof(OptionalConverter<long?>))]
    public Optional<long?> AssigneeId { get; set; }
}

/// <summary>What a file is. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<FileKind>))]
public readonly record struct FileKind : IStringValue<FileKind>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public FileKind(string value) => _value = value is "" ? null : value;

    /// <summary><c>photo</c></summary>
    public static FileKind Photo { get; } = new("photo");

    /// <summary><c>video</c></summary>
    public static FileKind Video { get; } = new("video");

    /// <summary><c>voice</c></summary>
    public static FileKind Voice { get; } = new("voice");

    /// <summary><c>video_note</c></summary>
    public static FileKind VideoNote { get; } = new("video_note");

    /// <summary><c>audio</c></summary>
    public static FileKind Audio { get; } = new("audio");

    /// <summary><c>document</c></summary>
    public static FileKind Document { get; } = new("document");

    /// <summary><c>sticker</c></summary>
    public static FileKind Sticker { get; } = new("sticker");

    /// <summary><c>animation</c></summary>
    public static FileKind Animation { get; } = new("animation");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<FileKind>.Known =>
    [
        "photo", "video", "voice", "video_note", "audio", "document", "sticker", "animation",
    ];

    static FileKind IStringValue<FileKind>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator FileKind(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>How far a request for older messages has come. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<HistoryState>))]
public readonly record struct HistoryState : IStringValue<HistoryState>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public HistoryState(string value) => _value = value is "" ? null : value;

    /// <summary><c>asked</c></summary>
    public static HistoryState Asked { get; } = new("asked");

    /// <summary><c>done</c></summary>
    public static HistoryState Done { get; } = new("done");

    /// <summary><c>failed</c></summary>
    public static HistoryState Failed { get; } = new("failed");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<HistoryState>.Known =>
    [
        "asked", "done", "failed",
    ];

    static HistoryState IStringValue<HistoryState>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator HistoryState(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>What is to be changed of a message. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<MessageChangeKind>))]
public readonly record struct MessageChangeKind : IStringValue<MessageChangeKind>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public MessageChangeKind(string value) => _value = value is "" ? null : value;

    /// <summary><c>edit</c></summary>
    public static MessageChangeKind Edit { get; } = new("edit");

    /// <summary><c>delete</c></summary>
    public static MessageChangeKind Delete { get; } = new("delete");

    /// <summary><c>react</c></summary>
    public static MessageChangeKind React { get; } = new("react");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<MessageChangeKind>.Known =>
    [
        "edit", "delete", "react",
    ];

    static MessageChangeKind IStringValue<MessageChangeKind>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator MessageChangeKind(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>What has become of a change of a message. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<MessageChangeStatus>))]
public readonly record struct MessageChangeStatus : IStringValue<MessageChangeStatus>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public MessageChangeStatus(string value) => _value = value is "" ? null : value;

    /// <summary><c>queued</c></summary>
    public static MessageChangeStatus Queued { get; } = new("queued");

    /// <summary><c>failed</c></summary>
    public static MessageChangeStatus Failed { get; } = new("failed");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<MessageChangeStatus>.Known =>
    [
        "queued", "failed",
    ];

    static MessageChangeStatus IStringValue<MessageChangeStatus>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator MessageChangeStatus(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Whether a message was received or sent. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<MessageDirection>))]
public readonly record struct MessageDirection : IStringValue<MessageDirection>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public MessageDirection(string value) => _value = value is "" ? null : value;

    /// <summary><c>in</c></summary>
    public static MessageDirection In { get; } = new("in");

    /// <summary><c>out</c></summary>
    public static MessageDirection Out { get; } = new("out");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<MessageDirection>.Known =>
    [
        "in", "out",
    ];

    static MessageDirection IStringValue<MessageDirection>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator MessageDirection(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The order of messages. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<MessageSort>))]
public readonly record struct MessageSort : IStringValue<MessageSort>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public MessageSort(string value) => _value = value is "" ? null : value;

    /// <summary><c>created_at</c></summary>
    public static MessageSort CreatedAt { get; } = new("created_at");

    /// <summary><c>-created_at</c></summary>
    public static MessageSort CreatedAtDescending { get; } = new("-created_at");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<MessageSort>.Known =>
    [
        "created_at", "-created_at",
    ];

    static MessageSort IStringValue<MessageSort>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator MessageSort(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The status of a message. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<MessageStatus>))]
public readonly record struct MessageStatus : IStringValue<MessageStatus>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public MessageStatus(string value) => _value = value is "" ? null : value;

    /// <summary><c>queued</c></summary>
    public static MessageStatus Queued { get; } = new("queued");

    /// <summary><c>sending</c></summary>
    public static MessageStatus Sending { get; } = new("sending");

    /// <summary><c>sent</c></summary>
    public static MessageStatus Sent { get; } = new("sent");

    /// <summary><c>failed</c></summary>
    public static MessageStatus Failed { get; } = new("failed");

    /// <summary><c>canceled</c></summary>
    public static MessageStatus Canceled { get; } = new("canceled");

    /// <summary><c>received</c></summary>
    public static MessageStatus Received { get; } = new("received");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<MessageStatus>.Known =>
    [
        "queued", "sending", "sent", "failed", "canceled", "received",
    ];

    static MessageStatus IStringValue<MessageStatus>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator MessageStatus(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Why a queued message is not sent yet. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<MessageWaitReason>))]
public readonly record struct MessageWaitReason : IStringValue<MessageWaitReason>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public MessageWaitReason(string value) => _value = value is "" ? null : value;

    /// <summary><c>eta</c></summary>
    public static MessageWaitReason Eta { get; } = new("eta");

    /// <summary><c>daily_limit</c></summary>
    public static MessageWaitReason DailyLimit { get; } = new("daily_limit");

    /// <summary><c>gap</c></summary>
    public static MessageWaitReason Gap { get; } = new("gap");

    /// <summary><c>account_paused</c></summary>
    public static MessageWaitReason AccountPaused { get; } = new("account_paused");

    /// <summary><c>account_frozen</c></summary>
    public static MessageWaitReason AccountFrozen { get; } = new("account_frozen");

    /// <summary><c>account_needs_login</c></summary>
    public static MessageWaitReason AccountNeedsLogin { get; } = new("account_needs_login");

    /// <summary><c>account_banned</c></summary>
    public static MessageWaitReason AccountBanned { get; } = new("account_banned");

    /// <summary><c>plan</c></summary>
    public static MessageWaitReason Plan { get; } = new("plan");

    /// <summary><c>window</c></summary>
    public static MessageWaitReason Window { get; } = new("window");

    /// <summary><c>held</c></summary>
    public static MessageWaitReason Held { get; } = new("held");

    /// <summary><c>earlier_message</c></summary>
    public static MessageWaitReason EarlierMessage { get; } = new("earlier_message");

    /// <summary><c>upload</c></summary>
    public static MessageWaitReason Upload { get; } = new("upload");

    /// <summary><c>worker</c></summary>
    public static MessageWaitReason Worker { get; } = new("worker");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<MessageWaitReason>.Known =>
    [
        "eta", "daily_limit", "gap", "account_paused", "account_frozen", "account_needs_login", "account_banned",
        "plan", "window", "held", "earlier_message", "upload", "worker",
    ];

    static MessageWaitReason IStringValue<MessageWaitReason>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator MessageWaitReason(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Who reacted. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<ReactionBy>))]
public readonly record struct ReactionBy : IStringValue<ReactionBy>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public ReactionBy(string value) => _value = value is "" ? null : value;

    /// <summary><c>contact</c></summary>
    public static ReactionBy Contact { get; } = new("contact");

    /// <summary><c>account</c></summary>
    public static ReactionBy Account { get; } = new("account");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<ReactionBy>.Known =>
    [
        "contact", "account",
    ];

    static ReactionBy IStringValue<ReactionBy>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator ReactionBy(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>What files are sent as. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<SendAs>))]
public readonly record struct SendAs : IStringValue<SendAs>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public SendAs(string value) => _value = value is "" ? null : value;

    /// <summary><c>auto</c></summary>
    public static SendAs Auto { get; } = new("auto");

    /// <summary><c>document</c></summary>
    public static SendAs Document { get; } = new("document");

    /// <summary><c>voice</c></summary>
    public static SendAs Voice { get; } = new("voice");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<SendAs>.Known =>
    [
        "auto", "document", "voice",
    ];

    static SendAs IStringValue<SendAs>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator SendAs(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>How a text is written. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<TextFormat>))]
public readonly record struct TextFormat : IStringValue<TextFormat>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public TextFormat(string value) => _value = value is "" ? null : value;

    /// <summary><c>plain</c></summary>
    public static TextFormat Plain { get; } = new("plain");

    /// <summary><c>markdown</c></summary>
    public static TextFormat Markdown { get; } = new("markdown");

    /// <summary><c>html</c></summary>
    public static TextFormat Html { get; } = new("html");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<TextFormat>.Known =>
    [
        "plain", "markdown", "html",
    ];

    static TextFormat IStringValue<TextFormat>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator TextFormat(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The order of threads. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<ThreadSort>))]
public readonly record struct ThreadSort : IStringValue<ThreadSort>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public ThreadSort(string value) => _value = value is "" ? null : value;

    /// <summary><c>-last_message_at</c></summary>
    public static ThreadSort LastMessageAtDescending { get; } = new("-last_message_at");

    /// <summary><c>waiting_since</c></summary>
    public static ThreadSort WaitingSince { get; } = new("waiting_since");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<ThreadSort>.Known =>
    [
        "-last_message_at", "waiting_since",
    ];

    static ThreadSort IStringValue<ThreadSort>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator ThreadSort(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>What is to be done with a thread. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<ThreadState>))]
public readonly record struct ThreadState : IStringValue<ThreadState>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public ThreadState(string value) => _value = value is "" ? null : value;

    /// <summary><c>open</c></summary>
    public static ThreadState Open { get; } = new("open");

    /// <summary><c>snoozed</c></summary>
    public static ThreadState Snoozed { get; } = new("snoozed");

    /// <summary><c>closed</c></summary>
    public static ThreadState Closed { get; } = new("closed");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<ThreadState>.Known =>
    [
        "open", "snoozed", "closed",
    ];

    static ThreadState IStringValue<ThreadState>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator ThreadState(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

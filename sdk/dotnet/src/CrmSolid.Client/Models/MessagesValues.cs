using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>The status of a message. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<MessageStatus>))]
public readonly record struct MessageStatus(string Value) : IStringValue<MessageStatus>
{
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

    static MessageStatus IStringValue<MessageStatus>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator MessageStatus(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Whether a message was received or sent. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<MessageDirection>))]
public readonly record struct MessageDirection(string Value) : IStringValue<MessageDirection>
{
    /// <summary><c>in</c></summary>
    public static MessageDirection In { get; } = new("in");

    /// <summary><c>out</c></summary>
    public static MessageDirection Out { get; } = new("out");

    static MessageDirection IStringValue<MessageDirection>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator MessageDirection(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Why a queued message is not sent yet. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<MessageWaitReason>))]
public readonly record struct MessageWaitReason(string Value) : IStringValue<MessageWaitReason>
{
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

    static MessageWaitReason IStringValue<MessageWaitReason>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator MessageWaitReason(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The order of messages. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<MessageSort>))]
public readonly record struct MessageSort(string Value) : IStringValue<MessageSort>
{
    /// <summary><c>created_at</c></summary>
    public static MessageSort CreatedAt { get; } = new("created_at");

    /// <summary><c>-created_at</c></summary>
    public static MessageSort CreatedAtDescending { get; } = new("-created_at");

    static MessageSort IStringValue<MessageSort>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator MessageSort(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The status of a broadcast. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<BroadcastStatus>))]
public readonly record struct BroadcastStatus(string Value) : IStringValue<BroadcastStatus>
{
    /// <summary><c>draft</c></summary>
    public static BroadcastStatus Draft { get; } = new("draft");

    /// <summary><c>scheduled</c></summary>
    public static BroadcastStatus Scheduled { get; } = new("scheduled");

    /// <summary><c>running</c></summary>
    public static BroadcastStatus Running { get; } = new("running");

    /// <summary><c>paused</c></summary>
    public static BroadcastStatus Paused { get; } = new("paused");

    /// <summary><c>done</c></summary>
    public static BroadcastStatus Done { get; } = new("done");

    /// <summary><c>canceled</c></summary>
    public static BroadcastStatus Canceled { get; } = new("canceled");

    static BroadcastStatus IStringValue<BroadcastStatus>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator BroadcastStatus(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Why a broadcast sends nothing at this moment. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<BroadcastWaitReason>))]
public readonly record struct BroadcastWaitReason(string Value) : IStringValue<BroadcastWaitReason>
{
    /// <summary><c>eta</c></summary>
    public static BroadcastWaitReason Eta { get; } = new("eta");

    /// <summary><c>per_hour</c></summary>
    public static BroadcastWaitReason PerHour { get; } = new("per_hour");

    /// <summary><c>daily_limit</c></summary>
    public static BroadcastWaitReason DailyLimit { get; } = new("daily_limit");

    /// <summary><c>gap</c></summary>
    public static BroadcastWaitReason Gap { get; } = new("gap");

    /// <summary><c>account_paused</c></summary>
    public static BroadcastWaitReason AccountPaused { get; } = new("account_paused");

    /// <summary><c>account_frozen</c></summary>
    public static BroadcastWaitReason AccountFrozen { get; } = new("account_frozen");

    /// <summary><c>account_needs_login</c></summary>
    public static BroadcastWaitReason AccountNeedsLogin { get; } = new("account_needs_login");

    /// <summary><c>account_banned</c></summary>
    public static BroadcastWaitReason AccountBanned { get; } = new("account_banned");

    /// <summary><c>plan</c></summary>
    public static BroadcastWaitReason Plan { get; } = new("plan");

    /// <summary><c>held</c></summary>
    public static BroadcastWaitReason Held { get; } = new("held");

    static BroadcastWaitReason IStringValue<BroadcastWaitReason>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator BroadcastWaitReason(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The status of a recipient of a broadcast. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<RecipientStatus>))]
public readonly record struct RecipientStatus(string Value) : IStringValue<RecipientStatus>
{
    /// <summary><c>pending</c></summary>
    public static RecipientStatus Pending { get; } = new("pending");

    /// <summary><c>sent</c></summary>
    public static RecipientStatus Sent { get; } = new("sent");

    /// <summary><c>failed</c></summary>
    public static RecipientStatus Failed { get; } = new("failed");

    /// <summary><c>skipped</c></summary>
    public static RecipientStatus Skipped { get; } = new("skipped");

    /// <summary><c>needs_attention</c></summary>
    public static RecipientStatus NeedsAttention { get; } = new("needs_attention");

    /// <summary><c>canceled</c></summary>
    public static RecipientStatus Canceled { get; } = new("canceled");

    static RecipientStatus IStringValue<RecipientStatus>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator RecipientStatus(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>How a text is written. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<TextFormat>))]
public readonly record struct TextFormat(string Value) : IStringValue<TextFormat>
{
    /// <summary><c>plain</c></summary>
    public static TextFormat Plain { get; } = new("plain");

    /// <summary><c>markdown</c></summary>
    public static TextFormat Markdown { get; } = new("markdown");

    /// <summary><c>html</c></summary>
    public static TextFormat Html { get; } = new("html");

    static TextFormat IStringValue<TextFormat>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator TextFormat(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>What is to be changed of a message. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<MessageChangeKind>))]
public readonly record struct MessageChangeKind(string Value) : IStringValue<MessageChangeKind>
{
    /// <summary><c>edit</c></summary>
    public static MessageChangeKind Edit { get; } = new("edit");

    /// <summary><c>delete</c></summary>
    public static MessageChangeKind Delete { get; } = new("delete");

    /// <summary><c>react</c></summary>
    public static MessageChangeKind React { get; } = new("react");

    static MessageChangeKind IStringValue<MessageChangeKind>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator MessageChangeKind(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>What has become of a change of a message. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<MessageChangeStatus>))]
public readonly record struct MessageChangeStatus(string Value) : IStringValue<MessageChangeStatus>
{
    /// <summary><c>queued</c></summary>
    public static MessageChangeStatus Queued { get; } = new("queued");

    /// <summary><c>failed</c></summary>
    public static MessageChangeStatus Failed { get; } = new("failed");

    static MessageChangeStatus IStringValue<MessageChangeStatus>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator MessageChangeStatus(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>What is to be done with a thread. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<ThreadState>))]
public readonly record struct ThreadState(string Value) : IStringValue<ThreadState>
{
    /// <summary><c>open</c></summary>
    public static ThreadState Open { get; } = new("open");

    /// <summary><c>snoozed</c></summary>
    public static ThreadState Snoozed { get; } = new("snoozed");

    /// <summary><c>closed</c></summary>
    public static ThreadState Closed { get; } = new("closed");

    static ThreadState IStringValue<ThreadState>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator ThreadState(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The order of threads. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<ThreadSort>))]
public readonly record struct ThreadSort(string Value) : IStringValue<ThreadSort>
{
    /// <summary><c>-last_message_at</c></summary>
    public static ThreadSort LastMessageAtDescending { get; } = new("-last_message_at");

    /// <summary><c>waiting_since</c></summary>
    public static ThreadSort WaitingSince { get; } = new("waiting_since");

    static ThreadSort IStringValue<ThreadSort>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator ThreadSort(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Who writes messages. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<AuthorType>))]
public readonly record struct AuthorType(string Value) : IStringValue<AuthorType>
{
    /// <summary><c>member</c></summary>
    public static AuthorType Member { get; } = new("member");

    /// <summary><c>key</c></summary>
    public static AuthorType Key { get; } = new("key");

    /// <summary><c>assistant</c></summary>
    public static AuthorType Assistant { get; } = new("assistant");

    /// <summary><c>sequence</c></summary>
    public static AuthorType Sequence { get; } = new("sequence");

    /// <summary><c>broadcast</c></summary>
    public static AuthorType Broadcast { get; } = new("broadcast");

    /// <summary><c>rule</c></summary>
    public static AuthorType Rule { get; } = new("rule");

    /// <summary><c>telegram</c></summary>
    public static AuthorType Telegram { get; } = new("telegram");

    static AuthorType IStringValue<AuthorType>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator AuthorType(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>How far a request for older messages has come. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<HistoryState>))]
public readonly record struct HistoryState(string Value) : IStringValue<HistoryState>
{
    /// <summary><c>asked</c></summary>
    public static HistoryState Asked { get; } = new("asked");

    /// <summary><c>done</c></summary>
    public static HistoryState Done { get; } = new("done");

    /// <summary><c>failed</c></summary>
    public static HistoryState Failed { get; } = new("failed");

    static HistoryState IStringValue<HistoryState>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator HistoryState(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

// Written by tools/generate_dotnet.py from docs/openapi.json; do not edit.
using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>One text to many contacts.</summary>
[JsonConverter(typeof(ModelConverter<Broadcast>))]
public sealed class Broadcast : VersionedModel, IJsonModel<Broadcast>
{
    private static readonly MemberNames Names = new(
        "Broadcast", "id", "name", "status", "reason", "text", "format", "attachments", "account_ids", "segment_id",
        "counts", "waiting_for", "send_at", "per_hour", "cooldown_days", "audience_hash", "job_id", "starts_at",
        "finishes_at", "created_at");

    /// <summary>Makes one, such as for a test.</summary>
    public Broadcast() { }

    [SetsRequiredMembers]
    private Broadcast(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: Name = members.Text(ref json); break;
                case 2: Status = members.Value<BroadcastStatus>(ref json); break;
                case 3: Reason = members.Text(ref json); break;
                case 4: Text = members.Text(ref json); break;
                case 5: Format = members.Value<TextFormat>(ref json); break;
                case 6: Attachments = members.Texts(ref json); break;
                case 7: AccountIds = members.Integers(ref json); break;
                case 8: SegmentId = members.Text(ref json); break;
                case 9: Counts = members.Model<BroadcastCounts>(ref json); break;
                case 10: WaitingFor = members.Value<BroadcastWaitReason>(ref json); break;
                case 11: SendAt = members.Time(ref json); break;
                case 12: PerHour = members.Integer(ref json); break;
                case 13: CooldownDays = members.Integer(ref json); break;
                case 14: AudienceHash = members.Text(ref json); break;
                case 15: JobId = members.Text(ref json); break;
                case 16: StartsAt = members.Time(ref json); break;
                case 17: FinishesAt = members.Time(ref json); break;
                case 18: CreatedAt = members.Time(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The broadcast's id.</summary>
    public required string Id { get; init; }

    /// <summary>What people call it.</summary>
    public string Name { get; init; } = "";

    /// <summary>How far it has come.</summary>
    public BroadcastStatus Status { get; init; }

    /// <summary>Why it was canceled if nobody did that, such as <c>audience_changed</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>The text as it was given, with its variables.</summary>
    public string Text { get; init; } = "";

    /// <summary>How <c>text</c> is written.</summary>
    public TextFormat Format { get; init; }

    /// <summary>The ids of the files.</summary>
    public IReadOnlyList<string> Attachments { get; init; } = [];

    /// <summary>The accounts that send.</summary>
    public IReadOnlyList<long> AccountIds { get; init; } = [];

    /// <summary>The segment that is its audience; null for another audience.</summary>
    public string? SegmentId { get; init; }

    /// <summary>What came of its messages so far.</summary>
    public BroadcastCounts Counts { get; init; } = BroadcastCounts.Empty;

    /// <summary>Why nothing is sent at this moment.</summary>
    public BroadcastWaitReason? WaitingFor { get; init; }

    /// <summary>Not before this time; null for at once.</summary>
    public DateTimeOffset? SendAt { get; init; }

    /// <summary>Messages in any hour at most; null for no such limit.</summary>
    public long? PerHour { get; init; }

    /// <summary>Who got a broadcast within so many days is left out; null for nobody.</summary>
    public long? CooldownDays { get; init; }

    /// <summary>Stands for the people, the text and the rest; null until the people are known.</summary>
    public string? AudienceHash { get; init; }

    /// <summary>The job that works on it: <c>GET /v1/jobs/{id}</c>.</summary>
    public string? JobId { get; init; }

    /// <summary>When it begins or has begun; null while that is not known.</summary>
    public DateTimeOffset? StartsAt { get; init; }

    /// <summary>An estimate; once it has ended, when it did.</summary>
    public DateTimeOffset? FinishesAt { get; init; }

    /// <summary>When it was started or planned.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    static Broadcast IJsonModel<Broadcast>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<Broadcast>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Text("name", Name);
        json.Value("status", Status);
        json.Text("reason", Reason);
        json.Text("text", Text);
        json.Value("format", Format);
        json.Texts("attachments", Attachments);
        json.Integers("account_ids", AccountIds);
        json.Text("segment_id", SegmentId);
        json.Model("counts", Counts);
        json.Value("waiting_for", WaitingFor);
        json.Time("send_at", SendAt);
        json.Integer("per_hour", PerHour);
        json.Integer("cooldown_days", CooldownDays);
        json.Text("audience_hash", AudienceHash);
        json.Text("job_id", JobId);
        json.Time("starts_at", StartsAt);
        json.Time("finishes_at", FinishesAt);
        json.Time("created_at", CreatedAt);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>
/// How many recipients have each status. Their sum is the whole audience, those who were excluded too.
/// </summary>
[JsonConverter(typeof(ModelConverter<BroadcastCounts>))]
public sealed class BroadcastCounts : ApiModel, IJsonModel<BroadcastCounts>
{
    private static readonly MemberNames Names = new(
        "BroadcastCounts", "pending", "sent", "failed", "skipped", "needs_attention", "canceled");

    /// <summary>Makes one, such as for a test.</summary>
    public BroadcastCounts() { }

    private BroadcastCounts(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Pending = members.Integer(ref json); break;
                case 1: Sent = members.Integer(ref json); break;
                case 2: Failed = members.Integer(ref json); break;
                case 3: Skipped = members.Integer(ref json); break;
                case 4: NeedsAttention = members.Integer(ref json); break;
                case 5: Canceled = members.Integer(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    internal static BroadcastCounts Empty { get; } = new();

    /// <summary>Who has not got the message yet.</summary>
    public long Pending { get; init; }

    /// <summary>Who has got it.</summary>
    public long Sent { get; init; }

    /// <summary>To whom sending has failed.</summary>
    public long Failed { get; init; }

    /// <summary>Who was left out.</summary>
    public long Skipped { get; init; }

    /// <summary>Nobody knows yet whether their message arrived: the history at Telegram will tell.</summary>
    public long NeedsAttention { get; init; }

    /// <summary>Whose message was canceled.</summary>
    public long Canceled { get; init; }

    static BroadcastCounts IJsonModel<BroadcastCounts>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<BroadcastCounts>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Integer("pending", Pending);
        json.Integer("sent", Sent);
        json.Integer("failed", Failed);
        json.Integer("skipped", Skipped);
        json.Integer("needs_attention", NeedsAttention);
        json.Integer("canceled", Canceled);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>What a broadcast would do if it were started now.</summary>
[JsonConverter(typeof(ModelConverter<BroadcastPreview>))]
public sealed class BroadcastPreview : ApiModel, IJsonModel<BroadcastPreview>
{
    private static readonly MemberNames Names = new(
        "BroadcastPreview", "total", "eligible", "excluded", "sample", "audience_hash", "finishes_at");

    /// <summary>Makes one, such as for a test.</summary>
    public BroadcastPreview() { }

    private BroadcastPreview(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Total = members.Integer(ref json); break;
                case 1: Eligible = members.Integer(ref json); break;
                case 2: Excluded = members.IntegerMap(ref json); break;
                case 3: Sample = members.Models<BroadcastSample>(ref json); break;
                case 4: AudienceHash = members.Text(ref json); break;
                case 5: FinishesAt = members.Time(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Everybody in the audience: <c>eligible</c> and all <c>excluded</c> together.</summary>
    public long Total { get; init; }

    /// <summary>How many of them would get the message.</summary>
    public long Eligible { get; init; }

    /// <summary>How many, by reason.</summary>
    public IReadOnlyDictionary<string, long> Excluded { get; init; } = ReadOnlyDictionary<string, long>.Empty;

    /// <summary>The first ten who would get the message.</summary>
    public IReadOnlyList<BroadcastSample> Sample { get; init; } = [];

    /// <summary>Start with it to send exactly this to exactly these people.</summary>
    public string AudienceHash { get; init; } = "";

    /// <summary>An estimate; null if no account can send.</summary>
    public DateTimeOffset? FinishesAt { get; init; }

    static BroadcastPreview IJsonModel<BroadcastPreview>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<BroadcastPreview>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Integer("total", Total);
        json.Integer("eligible", Eligible);
        json.IntegerMap("excluded", Excluded);
        json.Models("sample", Sample);
        json.Text("audience_hash", AudienceHash);
        json.Time("finishes_at", FinishesAt);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>A contact of the audience of a broadcast.</summary>
[JsonConverter(typeof(ModelConverter<BroadcastRecipient>))]
public sealed class BroadcastRecipient : ApiModel, IJsonModel<BroadcastRecipient>
{
    private static readonly MemberNames Names = new(
        "BroadcastRecipient", "contact_id", "contact", "message_id", "account_id", "account", "status", "reason",
        "settled_at");

    /// <summary>Makes one, such as for a test.</summary>
    public BroadcastRecipient() { }

    private BroadcastRecipient(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: ContactId = members.Text(ref json); break;
                case 1: Contact = members.Model<ContactName>(ref json); break;
                case 2: MessageId = members.Text(ref json); break;
                case 3: AccountId = members.Integer(ref json); break;
                case 4: Account = members.Model<AccountName>(ref json); break;
                case 5: Status = members.Value<RecipientStatus>(ref json); break;
                case 6: Reason = members.Text(ref json); break;
                case 7: SettledAt = members.Time(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Null once the contact was erased.</summary>
    public string? ContactId { get; init; }

    /// <summary>Null without <c>read:contacts</c>, and once erased.</summary>
    public ContactName? Contact { get; init; }

    /// <summary>The message; null while there is none.</summary>
    public string? MessageId { get; init; }

    /// <summary>The account that sends; null while that is open.</summary>
    public long? AccountId { get; init; }

    /// <summary>The same account with its name.</summary>
    public AccountName? Account { get; init; }

    /// <summary>What came of the message.</summary>
    public RecipientStatus Status { get; init; }

    /// <summary>Why they were skipped, or why their message failed.</summary>
    public string? Reason { get; init; }

    /// <summary>When the status became final.</summary>
    public DateTimeOffset? SettledAt { get; init; }

    static BroadcastRecipient IJsonModel<BroadcastRecipient>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<BroadcastRecipient>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("contact_id", ContactId);
        json.Model("contact", Contact);
        json.Text("message_id", MessageId);
        json.Integer("account_id", AccountId);
        json.Model("account", Account);
        json.Value("status", Status);
        json.Text("reason", Reason);
        json.Time("settled_at", SettledAt);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>One recipient of a previewed broadcast.</summary>
[JsonConverter(typeof(ModelConverter<BroadcastSample>))]
public sealed class BroadcastSample : ApiModel, IJsonModel<BroadcastSample>
{
    private static readonly MemberNames Names = new(
        "BroadcastSample", "contact_id", "contact", "text", "html");

    /// <summary>Makes one, such as for a test.</summary>
    public BroadcastSample() { }

    private BroadcastSample(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: ContactId = members.Text(ref json); break;
                case 1: Contact = members.Model<ContactName>(ref json); break;
                case 2: Text = members.Text(ref json); break;
                case 3: Html = members.Text(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>The contact.</summary>
    public string ContactId { get; init; } = "";

    /// <summary>Null without <c>read:contacts</c>.</summary>
    public ContactName? Contact { get; init; }

    /// <summary>As this person gets it; null without <c>read:contacts</c>.</summary>
    public string? Text { get; init; }

    /// <summary>The text with its formatting, in few and safe tags; null where it is as <c>text</c>.</summary>
    public string? Html { get; init; }

    static BroadcastSample IJsonModel<BroadcastSample>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<BroadcastSample>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("contact_id", ContactId);
        json.Model("contact", Contact);
        json.Text("text", Text);
        json.Text("html", Html);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>Who gets a broadcast: one of a segment, tags, or a list of contacts.</summary>
public sealed class Audience
{
    /// <summary>The people of a segment.</summary>
    public string? SegmentId { get; set; }

    /// <summary>The people who have all of these tags, as in <c>GET /v1/contacts?tag=</c>.</summary>
    public IReadOnlyList<string>? Tags { get; set; }

    /// <summary>These people.</summary>
    public IReadOnlyList<string>? ContactIds { get; set; }
}

/// <summary>A broadcast to preview or to start.</summary>
public sealed partial class BroadcastDraft
{
    /// <summary>What people call it.</summary>
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

    /// <summary>
    /// The accounts that send. A person stays with the one that wrote first; the others are shared out.
    /// </summary>
    public required IReadOnlyList<long> AccountIds { get; set; }

    /// <summary>Who gets the message: exactly one of <c>segment_id</c>, <c>tags</c> and <c>contact_ids</c>.</summary>
    public required Audience Audience { get; set; }

    /// <summary>Not before this time (RFC 3339).</summary>
    public DateTimeOffset? SendAt { get; set; }

    /// <summary>At most so many messages in any hour.</summary>
    public long? PerHour { get; set; }

    /// <summary>Leave out who got a broadcast within so many days.</summary>
    public long? CooldownDays { get; set; }

    /// <summary>
    /// That of a preview. If the people, the text or anything else but the name has changed since, nothing is
    /// started: <c>audience_changed</c>.
    /// </summary>
    public string? AudienceHash { get; set; }
}

/// <summary>The status of a broadcast. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<BroadcastStatus>))]
public readonly record struct BroadcastStatus : IStringValue<BroadcastStatus>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public BroadcastStatus(string value) => _value = value is "" ? null : value;

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

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<BroadcastStatus>.Known =>
    [
        "draft", "scheduled", "running", "paused", "done", "canceled",
    ];

    static BroadcastStatus IStringValue<BroadcastStatus>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator BroadcastStatus(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Why a broadcast sends nothing at this moment. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<BroadcastWaitReason>))]
public readonly record struct BroadcastWaitReason : IStringValue<BroadcastWaitReason>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public BroadcastWaitReason(string value) => _value = value is "" ? null : value;

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

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<BroadcastWaitReason>.Known =>
    [
        "eta", "per_hour", "daily_limit", "gap", "account_paused", "account_frozen", "account_needs_login",
        "account_banned", "plan", "held",
    ];

    static BroadcastWaitReason IStringValue<BroadcastWaitReason>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator BroadcastWaitReason(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The status of a recipient of a broadcast. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<RecipientStatus>))]
public readonly record struct RecipientStatus : IStringValue<RecipientStatus>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public RecipientStatus(string value) => _value = value is "" ? null : value;

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

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<RecipientStatus>.Known =>
    [
        "pending", "sent", "failed", "skipped", "needs_attention", "canceled",
    ];

    static RecipientStatus IStringValue<RecipientStatus>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator RecipientStatus(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

// Written by tools/generate_dotnet.py from docs/openapi.json; do not edit.
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>A contact in a sequence.</summary>
[JsonConverter(typeof(ModelConverter<Enrollment>))]
public sealed class Enrollment : VersionedModel, IJsonModel<Enrollment>
{
    private static readonly MemberNames Names = new(
        "Enrollment", "id", "sequence_id", "version", "contact_id", "contact", "status", "reason", "step",
        "next_run_at", "created_at", "ended_at");

    /// <summary>Makes one, such as for a test.</summary>
    public Enrollment() { }

    [SetsRequiredMembers]
    private Enrollment(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: SequenceId = members.Text(ref json); break;
                case 2: Version = members.Integer(ref json); break;
                case 3: ContactId = members.Text(ref json); break;
                case 4: Contact = members.Model<ContactName>(ref json); break;
                case 5: Status = members.Value<EnrollmentStatus>(ref json); break;
                case 6: Reason = members.Value<EnrollmentReason>(ref json); break;
                case 7: Step = members.Text(ref json); break;
                case 8: NextRunAt = members.Time(ref json); break;
                case 9: CreatedAt = members.Time(ref json); break;
                case 10: EndedAt = members.Time(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The enrollment's id.</summary>
    public required string Id { get; init; }

    /// <summary>The sequence.</summary>
    public string SequenceId { get; init; } = "";

    /// <summary>The version of the sequence it is on.</summary>
    public long Version { get; init; }

    /// <summary>Null once the contact was erased.</summary>
    public string? ContactId { get; init; }

    /// <summary>Null without <c>read:contacts</c>, and once erased.</summary>
    public ContactName? Contact { get; init; }

    /// <summary>How far it has come.</summary>
    public EnrollmentStatus Status { get; init; }

    /// <summary>
    /// Why it waits, or why it has ended. Null once it is completed, while it is paused by itself, and while its
    /// message is on its way.
    /// </summary>
    public EnrollmentReason? Reason { get; init; }

    /// <summary>The step that is sent next or now; null after the last.</summary>
    public string? Step { get; init; }

    /// <summary>When the step is due, or tried again; null while its message is on its way.</summary>
    public DateTimeOffset? NextRunAt { get; init; }

    /// <summary>When the contact was enrolled.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ended; null until then.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    static Enrollment IJsonModel<Enrollment>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<Enrollment>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Text("sequence_id", SequenceId);
        json.Integer("version", Version);
        json.Text("contact_id", ContactId);
        json.Model("contact", Contact);
        json.Value("status", Status);
        json.Value("reason", Reason);
        json.Text("step", Step);
        json.Time("next_run_at", NextRunAt);
        json.Time("created_at", CreatedAt);
        json.Time("ended_at", EndedAt);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>
/// When messages may be sent, in the contact's time zone. A window that ends before it begins runs over midnight.
/// </summary>
[JsonConverter(typeof(ModelConverter<SendingWindow>))]
public sealed class SendingWindow : ApiModel, IJsonModel<SendingWindow>
{
    private static readonly MemberNames Names = new(
        "SendingWindow", "days", "from", "to");

    /// <summary>Makes one, such as for a test.</summary>
    public SendingWindow() { }

    private SendingWindow(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Days = members.Texts(ref json); break;
                case 1: From = members.Text(ref json); break;
                case 2: To = members.Text(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary><c>mon</c> to <c>sun</c>.</summary>
    public IReadOnlyList<string> Days { get; init; } = [];

    /// <summary>Such as <c>09:00</c>.</summary>
    public string From { get; init; } = "";

    /// <summary>Such as <c>18:00</c>, exclusive.</summary>
    public string To { get; init; } = "";

    static SendingWindow IJsonModel<SendingWindow>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<SendingWindow>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Texts("days", Days);
        json.Text("from", From);
        json.Text("to", To);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>A sequence, in lists and in events.</summary>
[JsonConverter(typeof(ModelConverter<Sequence>))]
public sealed class Sequence : ApiModel, IJsonModel<Sequence>
{
    private static readonly MemberNames Names = new(
        "Sequence", "id", "name", "status", "version", "created_at", "updated_at");

    /// <summary>Makes one, such as for a test.</summary>
    public Sequence() { }

    [SetsRequiredMembers]
    private Sequence(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: Name = members.Text(ref json); break;
                case 2: Status = members.Value<SequenceStatus>(ref json); break;
                case 3: Version = members.Integer(ref json); break;
                case 4: CreatedAt = members.Time(ref json); break;
                case 5: UpdatedAt = members.Time(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The sequence's id.</summary>
    public required string Id { get; init; }

    /// <summary>What people call it.</summary>
    public string Name { get; init; } = "";

    /// <summary>Only an <c>active</c> one sends.</summary>
    public SequenceStatus Status { get; init; }

    /// <summary>The number of its latest version, with which new contacts begin.</summary>
    public long Version { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    static Sequence IJsonModel<Sequence>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<Sequence>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Text("name", Name);
        json.Value("status", Status);
        json.Integer("version", Version);
        json.Time("created_at", CreatedAt);
        json.Time("updated_at", UpdatedAt);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>A sequence with what its latest version says.</summary>
[JsonConverter(typeof(ModelConverter<SequenceDetail>))]
public sealed class SequenceDetail : VersionedModel, IJsonModel<SequenceDetail>
{
    private static readonly MemberNames Names = new(
        "SequenceDetail", "id", "name", "status", "version", "created_at", "updated_at", "account_ids", "time_zone",
        "window", "jitter", "stop_on", "ignore_auto_replies", "pass_on", "steps");

    /// <summary>Makes one, such as for a test.</summary>
    public SequenceDetail() { }

    [SetsRequiredMembers]
    private SequenceDetail(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: Name = members.Text(ref json); break;
                case 2: Status = members.Value<SequenceStatus>(ref json); break;
                case 3: Version = members.Integer(ref json); break;
                case 4: CreatedAt = members.Time(ref json); break;
                case 5: UpdatedAt = members.Time(ref json); break;
                case 6: AccountIds = members.Integers(ref json); break;
                case 7: TimeZone = members.Text(ref json); break;
                case 8: Window = members.Model<SendingWindow>(ref json); break;
                case 9: Jitter = members.Text(ref json); break;
                case 10: StopOn = members.Texts(ref json); break;
                case 11: IgnoreAutoReplies = members.Flag(ref json); break;
                case 12: PassOn = members.Flag(ref json); break;
                case 13: Steps = members.Models<SequenceStep>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The sequence's id.</summary>
    public required string Id { get; init; }

    /// <summary>What people call it.</summary>
    public string Name { get; init; } = "";

    /// <summary>Only an <c>active</c> one sends.</summary>
    public SequenceStatus Status { get; init; }

    /// <summary>The number of its latest version, with which new contacts begin.</summary>
    public long Version { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The accounts that send.</summary>
    public IReadOnlyList<long> AccountIds { get; init; } = [];

    /// <summary>For contacts without a time zone of their own.</summary>
    public string TimeZone { get; init; } = "";

    /// <summary>When messages may be sent; null for at any time.</summary>
    public SendingWindow? Window { get; init; }

    /// <summary>ISO 8601. Each step is later by a random part of it.</summary>
    public string Jitter { get; init; } = "";

    /// <summary><c>reply</c>, <c>tag:NAME</c>, <c>stage:NAME</c>.</summary>
    public IReadOnlyList<string> StopOn { get; init; } = [];

    /// <summary>Whether what a machine answers stops nothing.</summary>
    public bool IgnoreAutoReplies { get; init; }

    /// <summary>Contacts who were not written to yet go to another account while theirs cannot send.</summary>
    public bool PassOn { get; init; }

    /// <summary>Its messages, in their order.</summary>
    public IReadOnlyList<SequenceStep> Steps { get; init; } = [];

    static SequenceDetail IJsonModel<SequenceDetail>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<SequenceDetail>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Text("name", Name);
        json.Value("status", Status);
        json.Integer("version", Version);
        json.Time("created_at", CreatedAt);
        json.Time("updated_at", UpdatedAt);
        json.Integers("account_ids", AccountIds);
        json.Text("time_zone", TimeZone);
        json.Model("window", Window);
        json.Text("jitter", Jitter);
        json.Texts("stop_on", StopOn);
        json.Flag("ignore_auto_replies", IgnoreAutoReplies);
        json.Flag("pass_on", PassOn);
        json.Models("steps", Steps);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>When each step of a sequence would be sent to a contact.</summary>
[JsonConverter(typeof(ModelConverter<SequencePreview>))]
public sealed class SequencePreview : ApiModel, IJsonModel<SequencePreview>
{
    private static readonly MemberNames Names = new(
        "SequencePreview", "steps");

    /// <summary>Makes one, such as for a test.</summary>
    public SequencePreview() { }

    private SequencePreview(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Steps = members.Models<SequencePreviewStep>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>The steps, in their order.</summary>
    public IReadOnlyList<SequencePreviewStep> Steps { get; init; } = [];

    static SequencePreview IJsonModel<SequencePreview>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<SequencePreview>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Models("steps", Steps);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>A step as one contact would get it.</summary>
[JsonConverter(typeof(ModelConverter<SequencePreviewStep>))]
public sealed class SequencePreviewStep : ApiModel, IJsonModel<SequencePreviewStep>
{
    private static readonly MemberNames Names = new(
        "SequencePreviewStep", "step", "planned_at", "reason", "text", "html");

    /// <summary>Makes one, such as for a test.</summary>
    public SequencePreviewStep() { }

    private SequencePreviewStep(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Step = members.Text(ref json); break;
                case 1: PlannedAt = members.Time(ref json); break;
                case 2: Reason = members.Value<SequencePreviewReason>(ref json); break;
                case 3: Text = members.Text(ref json); break;
                case 4: Html = members.Text(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>The step's id.</summary>
    public string Step { get; init; } = "";

    /// <summary>Null for a step that would be left out.</summary>
    public DateTimeOffset? PlannedAt { get; init; }

    /// <summary>
    /// <c>condition</c>: it does not hold. <c>missing_value</c>: the text has a variable without value and fallback,
    /// or the contact has neither username nor Telegram id.
    /// </summary>
    public SequencePreviewReason? Reason { get; init; }

    /// <summary>
    /// Null without <c>read:contacts</c>, for a step that would be left out, and if a variable has no value.
    /// </summary>
    public string? Text { get; init; }

    /// <summary>The text with its formatting, in few and safe tags; null where it is as <c>text</c>.</summary>
    public string? Html { get; init; }

    static SequencePreviewStep IJsonModel<SequencePreviewStep>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<SequencePreviewStep>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("step", Step);
        json.Time("planned_at", PlannedAt);
        json.Value("reason", Reason);
        json.Text("text", Text);
        json.Text("html", Html);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>A message of a sequence.</summary>
[JsonConverter(typeof(ModelConverter<SequenceStep>))]
public sealed class SequenceStep : ApiModel, IJsonModel<SequenceStep>
{
    private static readonly MemberNames Names = new(
        "SequenceStep", "id", "delay", "text", "format", "attachments", "condition", "if_not");

    /// <summary>Makes one, such as for a test.</summary>
    public SequenceStep() { }

    [SetsRequiredMembers]
    private SequenceStep(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: Delay = members.Text(ref json); break;
                case 2: Text = members.Text(ref json); break;
                case 3: Format = members.Value<TextFormat>(ref json); break;
                case 4: Attachments = members.Texts(ref json); break;
                case 5: Condition = members.Model<Condition>(ref json); break;
                case 6: IfNot = members.Value<UnmetConditionAction>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The step's name within the sequence.</summary>
    public required string Id { get; init; }

    /// <summary>ISO 8601, since the step before or the enrollment.</summary>
    public string Delay { get; init; } = "";

    /// <summary>The text with its variables.</summary>
    public string Text { get; init; } = "";

    /// <summary>How <c>text</c> is written.</summary>
    public TextFormat Format { get; init; }

    /// <summary>The ids of the files.</summary>
    public IReadOnlyList<string> Attachments { get; init; } = [];

    /// <summary>The step is for those for whom this holds.</summary>
    public Condition? Condition { get; init; }

    /// <summary>For the others: skip the step, or stop.</summary>
    public UnmetConditionAction IfNot { get; init; }

    static SequenceStep IJsonModel<SequenceStep>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<SequenceStep>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Text("delay", Delay);
        json.Text("text", Text);
        json.Value("format", Format);
        json.Texts("attachments", Attachments);
        json.Model("condition", Condition);
        json.Value("if_not", IfNot);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>Whom to enroll in a sequence: one of a segment, a filter, or a list of contacts.</summary>
public sealed class EnrollmentAudience
{
    /// <summary>These contacts: 202, a job.</summary>
    public IReadOnlyList<string>? ContactIds { get; set; }

    /// <summary>Everybody in this segment: 202, a job.</summary>
    public string? SegmentId { get; set; }

    /// <summary>
    /// Everybody who meets it: 202, a job. Such as <c>{"all": [{"field": "tag", "op": "is", "value": "vip"}]}</c>.
    /// Groups: all, any, not. Fields: tag stage score username email time_zone created_at last_in_at last_out_at
    /// last_read_at unanswered_since read_unanswered opted_out custom.&lt;key&gt;. Ops: is is_not contains
    /// starts_with in gt gte lt lte before after within_days exists.
    /// </summary>
    public Condition? Filter { get; set; }
}

/// <summary>How to go on after a pause.</summary>
public sealed class ResumeSequenceInput
{
    /// <summary>
    /// <c>keep_dates</c>: as planned, at once if that has passed. <c>restart_delay</c>: the delay begins now.
    /// <c>only_active_time</c>: the pause does not count.
    /// </summary>
    public ResumeMode? Mode { get; set; }
}

/// <summary>
/// What to change of a sequence: what is left out stays as it is. One that is replaced needs a name and steps, and
/// what is left out has its default from then on.
/// </summary>
public sealed class SequenceChanges
{
    /// <summary>No two sequences have the same name.</summary>
    public string? Name { get; set; }

    /// <summary>The accounts that send; a draft needs none.</summary>
    public IReadOnlyList<long>? AccountIds { get; set; }

    /// <summary>For contacts without their own; by default that of the workspace.</summary>
    public string? TimeZone { get; set; }

    /// <summary>When it sends; null: always.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    [JsonConverter(typeof(OptionalConverter<SendingWindow?>))]
    public Optional<SendingWindow?> Window { get; set; }

    /// <summary>Each step is later by a random part of it; at most 7 days.</summary>
    public string? Jitter { get; set; }

    /// <summary><c>reply</c>, <c>tag:NAME</c>, <c>stage:NAME</c>.</summary>
    public IReadOnlyList<string>? StopOn { get; set; }

    /// <summary>What machines answer does not stop it.</summary>
    public bool? IgnoreAutoReplies { get; set; }

    /// <summary>Contacts who were not written to yet go to another account while theirs cannot send.</summary>
    public bool? PassOn { get; set; }

    /// <summary>The messages, in their order.</summary>
    public IReadOnlyList<StepFields>? Steps { get; set; }

    /// <summary>
    /// What those who are in it do: <c>finish</c> on the version that they began with, or <c>move</c> to this one,
    /// where a step that they got is never sent again.
    /// </summary>
    public InFlight? InFlight { get; set; }
}

/// <summary>The contact that a sequence is previewed for, or that is enrolled.</summary>
internal sealed class SequenceContactInput
{
    /// <summary>Null once the contact was erased.</summary>
    public required string ContactId { get; set; }
}

/// <summary>A sequence to create.</summary>
public sealed class SequenceFields
{
    /// <summary>No two sequences have the same name.</summary>
    public required string Name { get; set; }

    /// <summary>The accounts that send; needed to start it.</summary>
    public IReadOnlyList<long>? AccountIds { get; set; }

    /// <summary>For contacts without their own; by default that of the workspace.</summary>
    public string? TimeZone { get; set; }

    /// <summary>When it sends; null: always.</summary>
    public SendingWindow? Window { get; set; }

    /// <summary>Each step is later by a random part of it; at most 7 days.</summary>
    public string? Jitter { get; set; }

    /// <summary><c>reply</c>, <c>tag:NAME</c>, <c>stage:NAME</c>.</summary>
    public IReadOnlyList<string>? StopOn { get; set; }

    /// <summary>What machines answer does not stop it.</summary>
    public bool? IgnoreAutoReplies { get; set; }

    /// <summary>Contacts who were not written to yet go to another account while theirs cannot send.</summary>
    public bool? PassOn { get; set; }

    /// <summary>The messages, in their order.</summary>
    public required IReadOnlyList<StepFields> Steps { get; set; }
}

/// <summary>A step of a sequence. A SequenceStep that was read converts to it.</summary>
public sealed partial class StepFields
{
    /// <summary>
    /// What the step keeps through all versions. One without gets that of the step that was at its place, or a new
    /// one.
    /// </summary>
    public string? Id { get; set; }

    /// <summary>ISO 8601, since the step before or the enrollment.</summary>
    public string? Delay { get; set; }

    /// <summary>
    /// 1 to 4096 UTF-16 units once <c>{variables}</c> are filled in. With <c>attachments</c> it is their caption: at
    /// most 1024 units, and it may be left out.
    /// </summary>
    public string? Text { get; set; }

    /// <summary>How <c>text</c> is written; <c>plain</c>.</summary>
    public TextFormat? Format { get; set; }

    /// <summary>Files of <c>POST /v1/files</c>.</summary>
    public IReadOnlyList<string>? Attachments { get; set; }

    /// <summary>The step is for those for whom this holds; null: for everybody.</summary>
    public Condition? Condition { get; set; }

    /// <summary>For the others: <c>skip</c> the step, or <c>stop</c>.</summary>
    public UnmetConditionAction? IfNot { get; set; }
}

/// <summary>Why an enrollment waits, or why it has ended. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<EnrollmentReason>))]
public readonly record struct EnrollmentReason : IStringValue<EnrollmentReason>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public EnrollmentReason(string value) => _value = value is "" ? null : value;

    /// <summary><c>delay</c></summary>
    public static EnrollmentReason Delay { get; } = new("delay");

    /// <summary><c>window</c></summary>
    public static EnrollmentReason Window { get; } = new("window");

    /// <summary><c>daily_limit</c></summary>
    public static EnrollmentReason DailyLimit { get; } = new("daily_limit");

    /// <summary><c>account_paused</c></summary>
    public static EnrollmentReason AccountPaused { get; } = new("account_paused");

    /// <summary><c>account_frozen</c></summary>
    public static EnrollmentReason AccountFrozen { get; } = new("account_frozen");

    /// <summary><c>account_needs_login</c></summary>
    public static EnrollmentReason AccountNeedsLogin { get; } = new("account_needs_login");

    /// <summary><c>account_banned</c></summary>
    public static EnrollmentReason AccountBanned { get; } = new("account_banned");

    /// <summary><c>missing_value</c></summary>
    public static EnrollmentReason MissingValue { get; } = new("missing_value");

    /// <summary><c>plan</c></summary>
    public static EnrollmentReason Plan { get; } = new("plan");

    /// <summary><c>sequence_paused</c></summary>
    public static EnrollmentReason SequencePaused { get; } = new("sequence_paused");

    /// <summary><c>reply</c></summary>
    public static EnrollmentReason Reply { get; } = new("reply");

    /// <summary><c>tag</c></summary>
    public static EnrollmentReason Tag { get; } = new("tag");

    /// <summary><c>stage</c></summary>
    public static EnrollmentReason Stage { get; } = new("stage");

    /// <summary><c>condition</c></summary>
    public static EnrollmentReason Condition { get; } = new("condition");

    /// <summary><c>opted_out</c></summary>
    public static EnrollmentReason OptedOut { get; } = new("opted_out");

    /// <summary><c>erased</c></summary>
    public static EnrollmentReason Erased { get; } = new("erased");

    /// <summary><c>manual</c></summary>
    public static EnrollmentReason Manual { get; } = new("manual");

    /// <summary><c>send_failed</c></summary>
    public static EnrollmentReason SendFailed { get; } = new("send_failed");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<EnrollmentReason>.Known =>
    [
        "delay", "window", "daily_limit", "account_paused", "account_frozen", "account_needs_login", "account_banned",
        "missing_value", "plan", "sequence_paused", "reply", "tag", "stage", "condition", "opted_out", "erased",
        "manual", "send_failed",
    ];

    static EnrollmentReason IStringValue<EnrollmentReason>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator EnrollmentReason(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The status of an enrollment. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<EnrollmentStatus>))]
public readonly record struct EnrollmentStatus : IStringValue<EnrollmentStatus>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public EnrollmentStatus(string value) => _value = value is "" ? null : value;

    /// <summary><c>active</c></summary>
    public static EnrollmentStatus Active { get; } = new("active");

    /// <summary><c>paused</c></summary>
    public static EnrollmentStatus Paused { get; } = new("paused");

    /// <summary><c>completed</c></summary>
    public static EnrollmentStatus Completed { get; } = new("completed");

    /// <summary><c>stopped</c></summary>
    public static EnrollmentStatus Stopped { get; } = new("stopped");

    /// <summary><c>failed</c></summary>
    public static EnrollmentStatus Failed { get; } = new("failed");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<EnrollmentStatus>.Known =>
    [
        "active", "paused", "completed", "stopped", "failed",
    ];

    static EnrollmentStatus IStringValue<EnrollmentStatus>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator EnrollmentStatus(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>
/// What contacts do who are in a sequence when its next version is published. Values that this version does not know
/// are kept.
/// </summary>
[JsonConverter(typeof(StringValueConverter<InFlight>))]
public readonly record struct InFlight : IStringValue<InFlight>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public InFlight(string value) => _value = value is "" ? null : value;

    /// <summary><c>finish</c></summary>
    public static InFlight Finish { get; } = new("finish");

    /// <summary><c>move</c></summary>
    public static InFlight Move { get; } = new("move");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<InFlight>.Known =>
    [
        "finish", "move",
    ];

    static InFlight IStringValue<InFlight>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator InFlight(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>
/// What happens to steps that became due during a pause. Values that this version does not know are kept.
/// </summary>
[JsonConverter(typeof(StringValueConverter<ResumeMode>))]
public readonly record struct ResumeMode : IStringValue<ResumeMode>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public ResumeMode(string value) => _value = value is "" ? null : value;

    /// <summary><c>keep_dates</c></summary>
    public static ResumeMode KeepDates { get; } = new("keep_dates");

    /// <summary><c>restart_delay</c></summary>
    public static ResumeMode RestartDelay { get; } = new("restart_delay");

    /// <summary><c>only_active_time</c></summary>
    public static ResumeMode OnlyActiveTime { get; } = new("only_active_time");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<ResumeMode>.Known =>
    [
        "keep_dates", "restart_delay", "only_active_time",
    ];

    static ResumeMode IStringValue<ResumeMode>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator ResumeMode(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Why a previewed step has no time or text. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<SequencePreviewReason>))]
public readonly record struct SequencePreviewReason : IStringValue<SequencePreviewReason>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public SequencePreviewReason(string value) => _value = value is "" ? null : value;

    /// <summary><c>condition</c></summary>
    public static SequencePreviewReason Condition { get; } = new("condition");

    /// <summary><c>missing_value</c></summary>
    public static SequencePreviewReason MissingValue { get; } = new("missing_value");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<SequencePreviewReason>.Known =>
    [
        "condition", "missing_value",
    ];

    static SequencePreviewReason IStringValue<SequencePreviewReason>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator SequencePreviewReason(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The status of a sequence. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<SequenceStatus>))]
public readonly record struct SequenceStatus : IStringValue<SequenceStatus>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public SequenceStatus(string value) => _value = value is "" ? null : value;

    /// <summary><c>draft</c></summary>
    public static SequenceStatus Draft { get; } = new("draft");

    /// <summary><c>active</c></summary>
    public static SequenceStatus Active { get; } = new("active");

    /// <summary><c>paused</c></summary>
    public static SequenceStatus Paused { get; } = new("paused");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<SequenceStatus>.Known =>
    [
        "draft", "active", "paused",
    ];

    static SequenceStatus IStringValue<SequenceStatus>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator SequenceStatus(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>
/// What happens to a contact for whom the condition of a step does not hold. Values that this version does not know
/// are kept.
/// </summary>
[JsonConverter(typeof(StringValueConverter<UnmetConditionAction>))]
public readonly record struct UnmetConditionAction : IStringValue<UnmetConditionAction>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public UnmetConditionAction(string value) => _value = value is "" ? null : value;

    /// <summary><c>skip</c></summary>
    public static UnmetConditionAction Skip { get; } = new("skip");

    /// <summary><c>stop</c></summary>
    public static UnmetConditionAction Stop { get; } = new("stop");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<UnmetConditionAction>.Known =>
    [
        "skip", "stop",
    ];

    static UnmetConditionAction IStringValue<UnmetConditionAction>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator UnmetConditionAction(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A day of the week. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<Weekday>))]
public readonly record struct Weekday : IStringValue<Weekday>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public Weekday(string value) => _value = value is "" ? null : value;

    /// <summary><c>mon</c></summary>
    public static Weekday Mon { get; } = new("mon");

    /// <summary><c>tue</c></summary>
    public static Weekday Tue { get; } = new("tue");

    /// <summary><c>wed</c></summary>
    public static Weekday Wed { get; } = new("wed");

    /// <summary><c>thu</c></summary>
    public static Weekday Thu { get; } = new("thu");

    /// <summary><c>fri</c></summary>
    public static Weekday Fri { get; } = new("fri");

    /// <summary><c>sat</c></summary>
    public static Weekday Sat { get; } = new("sat");

    /// <summary><c>sun</c></summary>
    public static Weekday Sun { get; } = new("sun");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<Weekday>.Known =>
    [
        "mon", "tue", "wed", "thu", "fri", "sat", "sun",
    ];

    static Weekday IStringValue<Weekday>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator Weekday(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

// Written by tools/generate_dotnet.py from docs/openapi.json; do not edit.
using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>A value that was changed; null where there was none.</summary>
[JsonConverter(typeof(ModelConverter<ChangedValue>))]
public sealed class ChangedValue : ApiModel, IJsonModel<ChangedValue>
{
    private static readonly MemberNames Names = new(
        "ChangedValue", "old", "new");

    /// <summary>Makes one, such as for a test.</summary>
    public ChangedValue() { }

    private ChangedValue(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Old = members.Any(ref json); break;
                case 1: New = members.Any(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>The value before.</summary>
    public JsonElement? Old { get; init; }

    /// <summary>The value now.</summary>
    public JsonElement? New { get; init; }

    static ChangedValue IJsonModel<ChangedValue>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<ChangedValue>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Any("old", Old);
        json.Any("new", New);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>One event on its way to one webhook.</summary>
[JsonConverter(typeof(ModelConverter<Delivery>))]
public sealed class Delivery : ApiModel, IJsonModel<Delivery>
{
    private static readonly MemberNames Names = new(
        "Delivery", "id", "endpoint_id", "event_id", "event", "status", "reason", "attempts", "request_id",
        "next_attempt_at", "created_at");

    /// <summary>Makes one, such as for a test.</summary>
    public Delivery() { }

    [SetsRequiredMembers]
    private Delivery(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: EndpointId = members.Text(ref json); break;
                case 2: EventId = members.Text(ref json); break;
                case 3: Event = members.Value<EventType>(ref json); break;
                case 4: Status = members.Value<DeliveryStatus>(ref json); break;
                case 5: Reason = members.Text(ref json); break;
                case 6: Attempts = members.Integer(ref json); break;
                case 7: RequestId = members.Text(ref json); break;
                case 8: NextAttemptAt = members.Time(ref json); break;
                case 9: CreatedAt = members.Time(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The delivery's id.</summary>
    public required string Id { get; init; }

    /// <summary>The webhook.</summary>
    public string EndpointId { get; init; } = "";

    /// <summary>The event.</summary>
    public string EventId { get; init; } = "";

    /// <summary>The event's type.</summary>
    public EventType Event { get; init; }

    /// <summary>How far it has come.</summary>
    public DeliveryStatus Status { get; init; }

    /// <summary>Why it has ended without success; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>How often it was tried.</summary>
    public long Attempts { get; init; }

    /// <summary>The <c>X-Request-Id</c> of the call that caused the event; null if no call did.</summary>
    public string? RequestId { get; init; }

    /// <summary>When it is tried next; null if it is not.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>When it was queued.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    static Delivery IJsonModel<Delivery>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<Delivery>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Text("endpoint_id", EndpointId);
        json.Text("event_id", EventId);
        json.Value("event", Event);
        json.Value("status", Status);
        json.Text("reason", Reason);
        json.Integer("attempts", Attempts);
        json.Text("request_id", RequestId);
        json.Time("next_attempt_at", NextAttemptAt);
        json.Time("created_at", CreatedAt);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>What a receiver answered.</summary>
[JsonConverter(typeof(ModelConverter<DeliveryAnswer>))]
public sealed class DeliveryAnswer : ApiModel, IJsonModel<DeliveryAnswer>
{
    private static readonly MemberNames Names = new(
        "DeliveryAnswer", "headers", "body", "truncated");

    /// <summary>Makes one, such as for a test.</summary>
    public DeliveryAnswer() { }

    private DeliveryAnswer(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Headers = members.TextMap(ref json); break;
                case 1: Body = members.Text(ref json); break;
                case 2: Truncated = members.Flag(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    internal static DeliveryAnswer Empty { get; } = new();

    /// <summary>The headers of the answer.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The beginning of the answer.</summary>
    public string Body { get; init; } = "";

    /// <summary>Whether there was more of it.</summary>
    public bool Truncated { get; init; }

    static DeliveryAnswer IJsonModel<DeliveryAnswer>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<DeliveryAnswer>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.TextMap("headers", Headers);
        json.Text("body", Body);
        json.Flag("truncated", Truncated);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>One attempt to deliver an event.</summary>
[JsonConverter(typeof(ModelConverter<DeliveryAttempt>))]
public sealed class DeliveryAttempt : ApiModel, IJsonModel<DeliveryAttempt>
{
    private static readonly MemberNames Names = new(
        "DeliveryAttempt", "number", "at", "status", "error", "duration_ms", "request", "answer");

    /// <summary>Makes one, such as for a test.</summary>
    public DeliveryAttempt() { }

    private DeliveryAttempt(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Number = members.Integer(ref json); break;
                case 1: At = members.Time(ref json); break;
                case 2: Status = members.Integer(ref json); break;
                case 3: Error = members.Text(ref json); break;
                case 4: DurationMs = members.Integer(ref json); break;
                case 5: Request = members.Model<DeliveryRequest>(ref json); break;
                case 6: Answer = members.Model<DeliveryAnswer>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>From 1.</summary>
    public long Number { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The HTTP status; null if there was no answer.</summary>
    public long? Status { get; init; }

    /// <summary>Why there was none, as a stable code; null otherwise.</summary>
    public string? Error { get; init; }

    /// <summary>How long it took, in milliseconds.</summary>
    public long DurationMs { get; init; }

    /// <summary>What was sent.</summary>
    public DeliveryRequest Request { get; init; } = DeliveryRequest.Empty;

    /// <summary>What was answered.</summary>
    public DeliveryAnswer Answer { get; init; } = DeliveryAnswer.Empty;

    static DeliveryAttempt IJsonModel<DeliveryAttempt>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<DeliveryAttempt>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Integer("number", Number);
        json.Time("at", At);
        json.Integer("status", Status);
        json.Text("error", Error);
        json.Integer("duration_ms", DurationMs);
        json.Model("request", Request);
        json.Model("answer", Answer);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>With the bytes that are sent, and every attempt.</summary>
[JsonConverter(typeof(ModelConverter<DeliveryDetail>))]
public sealed class DeliveryDetail : VersionedModel, IJsonModel<DeliveryDetail>
{
    private static readonly MemberNames Names = new(
        "DeliveryDetail", "id", "endpoint_id", "event_id", "event", "status", "reason", "attempts", "request_id",
        "next_attempt_at", "created_at", "body", "attempt_log");

    /// <summary>Makes one, such as for a test.</summary>
    public DeliveryDetail() { }

    [SetsRequiredMembers]
    private DeliveryDetail(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: EndpointId = members.Text(ref json); break;
                case 2: EventId = members.Text(ref json); break;
                case 3: Event = members.Value<EventType>(ref json); break;
                case 4: Status = members.Value<DeliveryStatus>(ref json); break;
                case 5: Reason = members.Text(ref json); break;
                case 6: Attempts = members.Integer(ref json); break;
                case 7: RequestId = members.Text(ref json); break;
                case 8: NextAttemptAt = members.Time(ref json); break;
                case 9: CreatedAt = members.Time(ref json); break;
                case 10: Body = members.Text(ref json); break;
                case 11: AttemptLog = members.Models<DeliveryAttempt>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The delivery's id.</summary>
    public required string Id { get; init; }

    /// <summary>The webhook.</summary>
    public string EndpointId { get; init; } = "";

    /// <summary>The event.</summary>
    public string EventId { get; init; } = "";

    /// <summary>The event's type.</summary>
    public EventType Event { get; init; }

    /// <summary>How far it has come.</summary>
    public DeliveryStatus Status { get; init; }

    /// <summary>Why it has ended without success; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>How often it was tried.</summary>
    public long Attempts { get; init; }

    /// <summary>The <c>X-Request-Id</c> of the call that caused the event; null if no call did.</summary>
    public string? RequestId { get; init; }

    /// <summary>When it is tried next; null if it is not.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>When it was queued.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The bytes that are sent, as text; null once they are deleted.</summary>
    public string? Body { get; init; }

    /// <summary>Every attempt, the first one first.</summary>
    public IReadOnlyList<DeliveryAttempt> AttemptLog { get; init; } = [];

    static DeliveryDetail IJsonModel<DeliveryDetail>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<DeliveryDetail>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Text("endpoint_id", EndpointId);
        json.Text("event_id", EventId);
        json.Value("event", Event);
        json.Value("status", Status);
        json.Text("reason", Reason);
        json.Integer("attempts", Attempts);
        json.Text("request_id", RequestId);
        json.Time("next_attempt_at", NextAttemptAt);
        json.Time("created_at", CreatedAt);
        json.Text("body", Body);
        json.Models("attempt_log", AttemptLog);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>What was posted to a receiver.</summary>
[JsonConverter(typeof(ModelConverter<DeliveryRequest>))]
public sealed class DeliveryRequest : ApiModel, IJsonModel<DeliveryRequest>
{
    private static readonly MemberNames Names = new(
        "DeliveryRequest", "url", "headers", "signed_with");

    /// <summary>Makes one, such as for a test.</summary>
    public DeliveryRequest() { }

    private DeliveryRequest(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Url = members.Text(ref json); break;
                case 1: Headers = members.TextMap(ref json); break;
                case 2: SignedWith = members.Value<SigningSecret>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    internal static DeliveryRequest Empty { get; } = new();

    /// <summary>Where it was posted.</summary>
    public string Url { get; init; } = "";

    /// <summary>The headers that were sent, without signatures.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The secret that the receiver accepted; null if that is not known.</summary>
    public SigningSecret? SignedWith { get; init; }

    static DeliveryRequest IJsonModel<DeliveryRequest>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<DeliveryRequest>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("url", Url);
        json.TextMap("headers", Headers);
        json.Value("signed_with", SignedWith);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>An event of the log.</summary>
[JsonConverter(typeof(ModelConverter<Event>))]
public sealed class Event : WebhookEvent, IJsonModel<Event>
{
    private static readonly MemberNames Names = new(
        "Event", "event", "id", "created_at", "actor", "data", "request_id");

    /// <summary>Makes one, such as for a test.</summary>
    public Event() { }

    [SetsRequiredMembers]
    private Event(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Type = members.Value<EventType>(ref json); break;
                case 1: Id = members.Text(ref json); break;
                case 2: CreatedAt = members.Time(ref json); break;
                case 3: Actor = members.Model<Author>(ref json); break;
                case 4: Data = members.Model<EventData>(ref json); break;
                case 5: RequestId = members.Text(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(1);
        if (Type is { Value: "" }) throw members.Missing(0);
    }

    /// <summary>In the log alone: the <c>X-Request-Id</c> of the call that caused it; null if no call did.</summary>
    public string? RequestId { get; init; }

    static Event IJsonModel<Event>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<Event>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Value("event", Type);
        json.Text("id", Id);
        json.Time("created_at", CreatedAt);
        json.Model("actor", Actor);
        json.Model("data", Data);
        json.Text("request_id", RequestId);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>
/// What an event is about. Which members have values depends on its type; other members are in AdditionalProperties.
/// </summary>
[JsonConverter(typeof(ModelConverter<EventData>))]
public sealed class EventData : ApiModel, IJsonModel<EventData>
{
    private static readonly MemberNames Names = new(
        "EventData", "account", "old_state", "new_state", "broadcast", "contact", "old_stage", "new_stage", "cause",
        "added", "changed", "job", "old_score", "new_score", "rules", "message", "proposal", "sequence", "enrollment",
        "old_plan", "plan", "thread", "old_assignee", "new_assignee");

    /// <summary>Makes one, such as for a test.</summary>
    public EventData() { }

    private EventData(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Account = members.Model<Account>(ref json); break;
                case 1: OldState = members.Value<AccountState>(ref json); break;
                case 2: NewState = members.Value<AccountState>(ref json); break;
                case 3: Broadcast = members.Model<Broadcast>(ref json); break;
                case 4: Contact = members.Model<Contact>(ref json); break;
                case 5: OldStage = members.Value<ContactStage>(ref json); break;
                case 6: NewStage = members.Value<ContactStage>(ref json); break;
                case 7: Cause = members.Text(ref json); break;
                case 8: Added = members.Texts(ref json); break;
                case 9: Changed = members.ModelMap<ChangedValue>(ref json); break;
                case 10: Job = members.Model<Job>(ref json); break;
                case 11: OldScore = members.Integer(ref json); break;
                case 12: NewScore = members.Integer(ref json); break;
                case 13: Rules = members.Texts(ref json); break;
                case 14: Message = members.Model<Message>(ref json); break;
                case 15: Proposal = members.Model<Proposal>(ref json); break;
                case 16: Sequence = members.Model<Sequence>(ref json); break;
                case 17: Enrollment = members.Model<Enrollment>(ref json); break;
                case 18: OldPlan = members.Value<Plan>(ref json); break;
                case 19: Plan = members.Value<Plan>(ref json); break;
                case 20: Thread = members.Model<MessageThread>(ref json); break;
                case 21: OldAssignee = members.Model<MemberName>(ref json); break;
                case 22: NewAssignee = members.Model<MemberName>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    internal static EventData Empty { get; } = new();

    /// <summary>The account.</summary>
    public Account? Account { get; init; }

    /// <summary>The old_state.</summary>
    public AccountState? OldState { get; init; }

    /// <summary>The new_state.</summary>
    public AccountState? NewState { get; init; }

    /// <summary>The broadcast.</summary>
    public Broadcast? Broadcast { get; init; }

    /// <summary>The contact.</summary>
    public Contact? Contact { get; init; }

    /// <summary>The stage before.</summary>
    public ContactStage? OldStage { get; init; }

    /// <summary>The stage now.</summary>
    public ContactStage? NewStage { get; init; }

    /// <summary>What has changed it.</summary>
    public string? Cause { get; init; }

    /// <summary>The names of the new tags.</summary>
    public IReadOnlyList<string>? Added { get; init; }

    /// <summary>The fields that have changed.</summary>
    public IReadOnlyDictionary<string, ChangedValue>? Changed { get; init; }

    /// <summary>The job.</summary>
    public Job? Job { get; init; }

    /// <summary>The score before.</summary>
    public long? OldScore { get; init; }

    /// <summary>The score now.</summary>
    public long? NewScore { get; init; }

    /// <summary>The names of what changed it.</summary>
    public IReadOnlyList<string>? Rules { get; init; }

    /// <summary>The message.</summary>
    public Message? Message { get; init; }

    /// <summary>The proposal.</summary>
    public Proposal? Proposal { get; init; }

    /// <summary>The sequence.</summary>
    public Sequence? Sequence { get; init; }

    /// <summary>The enrollment.</summary>
    public Enrollment? Enrollment { get; init; }

    /// <summary>The plan before.</summary>
    public Plan? OldPlan { get; init; }

    /// <summary>The plan now.</summary>
    public Plan? Plan { get; init; }

    /// <summary>The thread.</summary>
    public MessageThread? Thread { get; init; }

    /// <summary>The old_assignee.</summary>
    public MemberName? OldAssignee { get; init; }

    /// <summary>The new_assignee.</summary>
    public MemberName? NewAssignee { get; init; }

    static EventData IJsonModel<EventData>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<EventData>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Model("account", Account);
        json.Value("old_state", OldState);
        json.Value("new_state", NewState);
        json.Model("broadcast", Broadcast);
        json.Model("contact", Contact);
        json.Value("old_stage", OldStage);
        json.Value("new_stage", NewStage);
        json.Text("cause", Cause);
        json.Texts("added", Added);
        json.ModelMap("changed", Changed);
        json.Model("job", Job);
        json.Integer("old_score", OldScore);
        json.Integer("new_score", NewScore);
        json.Texts("rules", Rules);
        json.Model("message", Message);
        json.Model("proposal", Proposal);
        json.Model("sequence", Sequence);
        json.Model("enrollment", Enrollment);
        json.Value("old_plan", OldPlan);
        json.Value("plan", Plan);
        json.Model("thread", Thread);
        json.Model("old_assignee", OldAssignee);
        json.Model("new_assignee", NewAssignee);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>A type of event, with the schema of its data.</summary>
[JsonConverter(typeof(ModelConverter<EventKind>))]
public sealed class EventKind : ApiModel, IJsonModel<EventKind>
{
    private static readonly MemberNames Names = new(
        "EventKind", "type", "version", "description", "schema");

    /// <summary>Makes one, such as for a test.</summary>
    public EventKind() { }

    private EventKind(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Type = members.Value<EventType>(ref json); break;
                case 1: Version = members.Integer(ref json); break;
                case 2: Description = members.Text(ref json); break;
                case 3: Schema = members.Any(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>The type.</summary>
    public EventType Type { get; init; }

    /// <summary>Counts the changes of its schema that were more than an addition.</summary>
    public long Version { get; init; }

    /// <summary>What has happened.</summary>
    public string Description { get; init; } = "";

    /// <summary>The JSON Schema of a delivered event.</summary>
    public JsonElement Schema { get; init; } = PlainJson.Null;

    static EventKind IJsonModel<EventKind>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<EventKind>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Value("type", Type);
        json.Integer("version", Version);
        json.Text("description", Description);
        json.Any("schema", Schema);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>With <c>secret</c> if it was generated: it is never shown again.</summary>
[JsonConverter(typeof(ModelConverter<IssuedWebhook>))]
public sealed class IssuedWebhook : VersionedModel, IJsonModel<IssuedWebhook>
{
    private static readonly MemberNames Names = new(
        "IssuedWebhook", "id", "url", "description", "events", "account_ids", "header_names", "enabled",
        "disabled_reason", "disabled_at", "failing_since", "previous_secret_until", "verified_with", "created_at",
        "updated_at", "secret");

    /// <summary>Makes one, such as for a test.</summary>
    public IssuedWebhook() { }

    [SetsRequiredMembers]
    private IssuedWebhook(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: Url = members.Text(ref json); break;
                case 2: Description = members.Text(ref json); break;
                case 3: Events = members.Values<EventType>(ref json); break;
                case 4: AccountIds = members.Integers(ref json); break;
                case 5: HeaderNames = members.Texts(ref json); break;
                case 6: Enabled = members.Flag(ref json); break;
                case 7: DisabledReason = members.Value<WebhookDisabledReason>(ref json); break;
                case 8: DisabledAt = members.Time(ref json); break;
                case 9: FailingSince = members.Time(ref json); break;
                case 10: PreviousSecretUntil = members.Time(ref json); break;
                case 11: VerifiedWith = members.Value<SigningSecret>(ref json); break;
                case 12: CreatedAt = members.Time(ref json); break;
                case 13: UpdatedAt = members.Time(ref json); break;
                case 14: Secret = members.Text(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The webhook's id.</summary>
    public required string Id { get; init; }

    /// <summary>Where events are posted.</summary>
    public string Url { get; init; } = "";

    /// <summary>What it is for, in words of yours.</summary>
    public string Description { get; init; } = "";

    /// <summary>The types that are delivered.</summary>
    public IReadOnlyList<EventType> Events { get; init; } = [];

    /// <summary>Empty: events of all accounts.</summary>
    public IReadOnlyList<long> AccountIds { get; init; } = [];

    /// <summary>Of the headers that are sent too.</summary>
    public IReadOnlyList<string> HeaderNames { get; init; } = [];

    /// <summary>Whether anything is delivered.</summary>
    public bool Enabled { get; init; }

    /// <summary>Why not; null while it is enabled.</summary>
    public WebhookDisabledReason? DisabledReason { get; init; }

    /// <summary>Since when not; null while it is enabled.</summary>
    public DateTimeOffset? DisabledAt { get; init; }

    /// <summary>When deliveries began to fail without a success since; null if they do not.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>Until when the secret before signs too; null outside of such an overlap.</summary>
    public DateTimeOffset? PreviousSecretUntil { get; init; }

    /// <summary>
    /// The secret that the receiver was last known to use in the overlap; null if that is not known.
    /// </summary>
    public SigningSecret? VerifiedWith { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Signs the deliveries. Left out if you gave it.</summary>
    public string? Secret { get; init; }

    static IssuedWebhook IJsonModel<IssuedWebhook>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<IssuedWebhook>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Text("url", Url);
        json.Text("description", Description);
        json.Values("events", Events);
        json.Integers("account_ids", AccountIds);
        json.Texts("header_names", HeaderNames);
        json.Flag("enabled", Enabled);
        json.Value("disabled_reason", DisabledReason);
        json.Time("disabled_at", DisabledAt);
        json.Time("failing_since", FailingSince);
        json.Time("previous_secret_until", PreviousSecretUntil);
        json.Value("verified_with", VerifiedWith);
        json.Time("created_at", CreatedAt);
        json.Time("updated_at", UpdatedAt);
        json.Text("secret", Secret);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>An endpoint that events are delivered to.</summary>
[JsonConverter(typeof(ModelConverter<Webhook>))]
public sealed class Webhook : VersionedModel, IJsonModel<Webhook>
{
    private static readonly MemberNames Names = new(
        "Webhook", "id", "url", "description", "events", "account_ids", "header_names", "enabled", "disabled_reason",
        "disabled_at", "failing_since", "previous_secret_until", "verified_with", "created_at", "updated_at");

    /// <summary>Makes one, such as for a test.</summary>
    public Webhook() { }

    [SetsRequiredMembers]
    private Webhook(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: Url = members.Text(ref json); break;
                case 2: Description = members.Text(ref json); break;
                case 3: Events = members.Values<EventType>(ref json); break;
                case 4: AccountIds = members.Integers(ref json); break;
                case 5: HeaderNames = members.Texts(ref json); break;
                case 6: Enabled = members.Flag(ref json); break;
                case 7: DisabledReason = members.Value<WebhookDisabledReason>(ref json); break;
                case 8: DisabledAt = members.Time(ref json); break;
                case 9: FailingSince = members.Time(ref json); break;
                case 10: PreviousSecretUntil = members.Time(ref json); break;
                case 11: VerifiedWith = members.Value<SigningSecret>(ref json); break;
                case 12: CreatedAt = members.Time(ref json); break;
                case 13: UpdatedAt = members.Time(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The webhook's id.</summary>
    public required string Id { get; init; }

    /// <summary>Where events are posted.</summary>
    public string Url { get; init; } = "";

    /// <summary>What it is for, in words of yours.</summary>
    public string Description { get; init; } = "";

    /// <summary>The types that are delivered.</summary>
    public IReadOnlyList<EventType> Events { get; init; } = [];

    /// <summary>Empty: events of all accounts.</summary>
    public IReadOnlyList<long> AccountIds { get; init; } = [];

    /// <summary>Of the headers that are sent too.</summary>
    public IReadOnlyList<string> HeaderNames { get; init; } = [];

    /// <summary>Whether anything is delivered.</summary>
    public bool Enabled { get; init; }

    /// <summary>Why not; null while it is enabled.</summary>
    public WebhookDisabledReason? DisabledReason { get; init; }

    /// <summary>Since when not; null while it is enabled.</summary>
    public DateTimeOffset? DisabledAt { get; init; }

    /// <summary>When deliveries began to fail without a success since; null if they do not.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>Until when the secret before signs too; null outside of such an overlap.</summary>
    public DateTimeOffset? PreviousSecretUntil { get; init; }

    /// <summary>
    /// The secret that the receiver was last known to use in the overlap; null if that is not known.
    /// </summary>
    public SigningSecret? VerifiedWith { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    static Webhook IJsonModel<Webhook>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<Webhook>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Text("url", Url);
        json.Text("description", Description);
        json.Values("events", Events);
        json.Integers("account_ids", AccountIds);
        json.Texts("header_names", HeaderNames);
        json.Flag("enabled", Enabled);
        json.Value("disabled_reason", DisabledReason);
        json.Time("disabled_at", DisabledAt);
        json.Time("failing_since", FailingSince);
        json.Time("previous_secret_until", PreviousSecretUntil);
        json.Value("verified_with", VerifiedWith);
        json.Time("created_at", CreatedAt);
        json.Time("updated_at", UpdatedAt);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>An event as it is posted to webhooks and streamed.</summary>
[JsonConverter(typeof(ModelConverter<WebhookEvent>))]
public class WebhookEvent : ApiModel, IJsonModel<WebhookEvent>
{
    private static readonly MemberNames Names = new(
        "WebhookEvent", "event", "id", "created_at", "actor", "data");

    /// <summary>Makes one, such as for a test.</summary>
    public WebhookEvent() { }

    [SetsRequiredMembers]
    private WebhookEvent(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Type = members.Value<EventType>(ref json); break;
                case 1: Id = members.Text(ref json); break;
                case 2: CreatedAt = members.Time(ref json); break;
                case 3: Actor = members.Model<Author>(ref json); break;
                case 4: Data = members.Model<EventData>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(1);
        if (Type is { Value: "" }) throw members.Missing(0);
    }

    /// <summary>The type.</summary>
    [JsonPropertyName("event")]
    public required EventType Type { get; init; }

    /// <summary>The event's id: the same on every retry and replay.</summary>
    public required string Id { get; init; }

    /// <summary>When it happened.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who caused it; null for the product and for people on Telegram.</summary>
    public Author? Actor { get; init; }

    /// <summary>What it is about.</summary>
    public EventData Data { get; init; } = EventData.Empty;

    static WebhookEvent IJsonModel<WebhookEvent>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<WebhookEvent>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Value("event", Type);
        json.Text("id", Id);
        json.Time("created_at", CreatedAt);
        json.Model("actor", Actor);
        json.Model("data", Data);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>Which deliveries to repeat.</summary>
public sealed class ReplayInput
{
    /// <summary>Deliveries made from this time on (RFC 3339).</summary>
    public required DateTimeOffset Since { get; set; }

    /// <summary>… and before this one; now, if left out.</summary>
    public DateTimeOffset? Until { get; set; }
}

/// <summary>The new secret of a webhook.</summary>
public sealed class RotateSecretInput
{
    /// <summary>1 to 255 visible characters. Left out: one is generated and answered, this once.</summary>
    public string? Secret { get; set; }

    /// <summary>How long the old secret stays in force beside the new one.</summary>
    public long? OverlapSeconds { get; set; }
}

/// <summary>What to change of a webhook. What is left out stays as it is.</summary>
public sealed class WebhookChanges
{
    /// <summary>Where to POST: a URI with https and a public host, at port 443 or from 1024 on.</summary>
    public string? Url { get; set; }

    /// <summary>
    /// Types of GET /v1/webhooks/events, <c>contact.*</c> and the like, or <c>*</c>; these bring later types too.
    /// </summary>
    public IReadOnlyList<EventType>? Events { get; set; }

    /// <summary>What it is for.</summary>
    public string? Description { get; set; }

    /// <summary>Events about other accounts than these are not delivered. Empty: those of all accounts.</summary>
    public IReadOnlyList<long>? AccountIds { get; set; }

    /// <summary>Headers that are sent too, such as <c>Authorization</c>. Their values are never answered.</summary>
    public IReadOnlyDictionary<string, string?>? Headers { get; set; }

    /// <summary>False cancels what is queued.</summary>
    public bool? Enabled { get; set; }
}

/// <summary>A webhook to create.</summary>
public sealed class WebhookInput
{
    /// <summary>Where to POST: a URI with https and a public host, at port 443 or from 1024 on.</summary>
    public required string Url { get; set; }

    /// <summary>
    /// Types of GET /v1/webhooks/events, <c>contact.*</c> and the like, or <c>*</c>; these bring later types too.
    /// </summary>
    public required IReadOnlyList<EventType> Events { get; set; }

    /// <summary>What it is for.</summary>
    public string? Description { get; set; }

    /// <summary>Events about other accounts than these are not delivered. Empty: those of all accounts.</summary>
    public IReadOnlyList<long>? AccountIds { get; set; }

    /// <summary>Headers that are sent too, such as <c>Authorization</c>. Their values are never answered.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; set; }

    /// <summary>1 to 255 visible characters. Left out: one is generated and answered, this once.</summary>
    public string? Secret { get; set; }
}

/// <summary>
/// The status of a delivery. <c>failed</c> will be retried, <c>exhausted</c> will not. Values that this version does
/// not know are kept.
/// </summary>
[JsonConverter(typeof(StringValueConverter<DeliveryStatus>))]
public readonly record struct DeliveryStatus : IStringValue<DeliveryStatus>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public DeliveryStatus(string value) => _value = value is "" ? null : value;

    /// <summary><c>pending</c></summary>
    public static DeliveryStatus Pending { get; } = new("pending");

    /// <summary><c>sending</c></summary>
    public static DeliveryStatus Sending { get; } = new("sending");

    /// <summary><c>succeeded</c></summary>
    public static DeliveryStatus Succeeded { get; } = new("succeeded");

    /// <summary><c>failed</c></summary>
    public static DeliveryStatus Failed { get; } = new("failed");

    /// <summary><c>exhausted</c></summary>
    public static DeliveryStatus Exhausted { get; } = new("exhausted");

    /// <summary><c>canceled</c></summary>
    public static DeliveryStatus Canceled { get; } = new("canceled");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<DeliveryStatus>.Known =>
    [
        "pending", "sending", "succeeded", "failed", "exhausted", "canceled",
    ];

    static DeliveryStatus IStringValue<DeliveryStatus>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator DeliveryStatus(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The type of an event. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<EventType>))]
public readonly record struct EventType : IStringValue<EventType>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public EventType(string value) => _value = value is "" ? null : value;

    /// <summary><c>account.state_changed</c></summary>
    public static EventType AccountStateChanged { get; } = new("account.state_changed");

    /// <summary><c>broadcast.completed</c></summary>
    public static EventType BroadcastCompleted { get; } = new("broadcast.completed");

    /// <summary><c>broadcast.started</c></summary>
    public static EventType BroadcastStarted { get; } = new("broadcast.started");

    /// <summary><c>contact.created</c></summary>
    public static EventType ContactCreated { get; } = new("contact.created");

    /// <summary><c>contact.erased</c></summary>
    public static EventType ContactErased { get; } = new("contact.erased");

    /// <summary><c>contact.opted_in</c></summary>
    public static EventType ContactOptedIn { get; } = new("contact.opted_in");

    /// <summary><c>contact.opted_out</c></summary>
    public static EventType ContactOptedOut { get; } = new("contact.opted_out");

    /// <summary><c>contact.stage_changed</c></summary>
    public static EventType ContactStageChanged { get; } = new("contact.stage_changed");

    /// <summary><c>contact.tagged</c></summary>
    public static EventType ContactTagged { get; } = new("contact.tagged");

    /// <summary><c>contact.updated</c></summary>
    public static EventType ContactUpdated { get; } = new("contact.updated");

    /// <summary><c>job.completed</c></summary>
    public static EventType JobCompleted { get; } = new("job.completed");

    /// <summary><c>lead.scored</c></summary>
    public static EventType LeadScored { get; } = new("lead.scored");

    /// <summary><c>message.deleted</c></summary>
    public static EventType MessageDeleted { get; } = new("message.deleted");

    /// <summary><c>message.edited</c></summary>
    public static EventType MessageEdited { get; } = new("message.edited");

    /// <summary><c>message.failed</c></summary>
    public static EventType MessageFailed { get; } = new("message.failed");

    /// <summary><c>message.read</c></summary>
    public static EventType MessageRead { get; } = new("message.read");

    /// <summary><c>message.received</c></summary>
    public static EventType MessageReceived { get; } = new("message.received");

    /// <summary><c>message.sent</c></summary>
    public static EventType MessageSent { get; } = new("message.sent");

    /// <summary><c>proposal.created</c></summary>
    public static EventType ProposalCreated { get; } = new("proposal.created");

    /// <summary><c>proposal.decided</c></summary>
    public static EventType ProposalDecided { get; } = new("proposal.decided");

    /// <summary><c>proposal.ended</c></summary>
    public static EventType ProposalEnded { get; } = new("proposal.ended");

    /// <summary><c>sequence.completed</c></summary>
    public static EventType SequenceCompleted { get; } = new("sequence.completed");

    /// <summary><c>sequence.paused</c></summary>
    public static EventType SequencePaused { get; } = new("sequence.paused");

    /// <summary><c>sequence.started</c></summary>
    public static EventType SequenceStarted { get; } = new("sequence.started");

    /// <summary><c>subscription.upgraded</c></summary>
    public static EventType SubscriptionUpgraded { get; } = new("subscription.upgraded");

    /// <summary><c>thread.assigned</c></summary>
    public static EventType ThreadAssigned { get; } = new("thread.assigned");

    /// <summary><c>thread.closed</c></summary>
    public static EventType ThreadClosed { get; } = new("thread.closed");

    /// <summary><c>thread.reopened</c></summary>
    public static EventType ThreadReopened { get; } = new("thread.reopened");

    /// <summary><c>ping</c></summary>
    public static EventType Ping { get; } = new("ping");

    /// <summary><c>account.*</c></summary>
    public static EventType AnyAccount { get; } = new("account.*");

    /// <summary><c>broadcast.*</c></summary>
    public static EventType AnyBroadcast { get; } = new("broadcast.*");

    /// <summary><c>contact.*</c></summary>
    public static EventType AnyContact { get; } = new("contact.*");

    /// <summary><c>job.*</c></summary>
    public static EventType AnyJob { get; } = new("job.*");

    /// <summary><c>lead.*</c></summary>
    public static EventType AnyLead { get; } = new("lead.*");

    /// <summary><c>message.*</c></summary>
    public static EventType AnyMessage { get; } = new("message.*");

    /// <summary><c>proposal.*</c></summary>
    public static EventType AnyProposal { get; } = new("proposal.*");

    /// <summary><c>sequence.*</c></summary>
    public static EventType AnySequence { get; } = new("sequence.*");

    /// <summary><c>subscription.*</c></summary>
    public static EventType AnySubscription { get; } = new("subscription.*");

    /// <summary><c>thread.*</c></summary>
    public static EventType AnyThread { get; } = new("thread.*");

    /// <summary><c>*</c></summary>
    public static EventType Any { get; } = new("*");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<EventType>.Known =>
    [
        "account.state_changed", "broadcast.completed", "broadcast.started", "contact.created", "contact.erased",
        "contact.opted_in", "contact.opted_out", "contact.stage_changed", "contact.tagged", "contact.updated",
        "job.completed", "lead.scored", "message.deleted", "message.edited", "message.failed", "message.read",
        "message.received", "message.sent", "proposal.created", "proposal.decided", "proposal.ended",
        "sequence.completed", "sequence.paused", "sequence.started", "subscription.upgraded", "thread.assigned",
        "thread.closed", "thread.reopened", "ping", "account.*", "broadcast.*", "contact.*", "job.*", "lead.*",
        "message.*", "proposal.*", "sequence.*", "subscription.*", "thread.*", "*",
    ];

    static EventType IStringValue<EventType>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator EventType(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>
/// One of the two secrets of a webhook around a rotation. Values that this version does not know are kept.
/// </summary>
[JsonConverter(typeof(StringValueConverter<SigningSecret>))]
public readonly record struct SigningSecret : IStringValue<SigningSecret>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public SigningSecret(string value) => _value = value is "" ? null : value;

    /// <summary><c>current</c></summary>
    public static SigningSecret Current { get; } = new("current");

    /// <summary><c>previous</c></summary>
    public static SigningSecret Previous { get; } = new("previous");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<SigningSecret>.Known =>
    [
        "current", "previous",
    ];

    static SigningSecret IStringValue<SigningSecret>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator SigningSecret(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Why a webhook is disabled. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<WebhookDisabledReason>))]
public readonly record struct WebhookDisabledReason : IStringValue<WebhookDisabledReason>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public WebhookDisabledReason(string value) => _value = value is "" ? null : value;

    /// <summary><c>manual</c></summary>
    public static WebhookDisabledReason Manual { get; } = new("manual");

    /// <summary><c>gone</c></summary>
    public static WebhookDisabledReason Gone { get; } = new("gone");

    /// <summary><c>failing</c></summary>
    public static WebhookDisabledReason Failing { get; } = new("failing");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<WebhookDisabledReason>.Known =>
    [
        "manual", "gone", "failing",
    ];

    static WebhookDisabledReason IStringValue<WebhookDisabledReason>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator WebhookDisabledReason(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

// Written by tools/generate_dotnet.py from docs/openapi.json; do not edit.
using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>Who wrote or caused something.</summary>
[JsonConverter(typeof(ModelConverter<Author>))]
public sealed class Author : ApiModel, IJsonModel<Author>
{
    private static readonly MemberNames Names = new(
        "Author", "type", "id", "name");

    /// <summary>Makes one, such as for a test.</summary>
    public Author() { }

    private Author(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Type = members.Value<AuthorType>(ref json); break;
                case 1: Id = members.Text(ref json); break;
                case 2: Name = members.Text(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary><c>assistant</c>: a key or an OAuth grant over MCP; <c>telegram</c>: on the phone.</summary>
    public AuthorType Type { get; init; }

    /// <summary>
    /// Of the member (that of <c>GET /v1/members</c>), key, grant, sequence or broadcast; null where it is not known.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>As it was then.</summary>
    public string? Name { get; init; }

    static Author IJsonModel<Author>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<Author>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Value("type", Type);
        json.Text("id", Id);
        json.Text("name", Name);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>A contact, here and in events.</summary>
[JsonConverter(typeof(ModelConverter<Contact>))]
public sealed class Contact : VersionedModel, IJsonModel<Contact>
{
    private static readonly MemberNames Names = new(
        "Contact", "id", "name", "first_name", "last_name", "username", "telegram_id", "email", "phone", "time_zone",
        "tags", "stage", "score", "opted_out", "custom_fields", "last_in_at", "last_out_at", "unanswered_since",
        "created_at", "updated_at");

    /// <summary>Makes one, such as for a test.</summary>
    public Contact() { }

    [SetsRequiredMembers]
    private Contact(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: Name = members.Text(ref json); break;
                case 2: FirstName = members.Text(ref json); break;
                case 3: LastName = members.Text(ref json); break;
                case 4: Username = members.Text(ref json); break;
                case 5: TelegramId = members.Integer(ref json); break;
                case 6: Email = members.Text(ref json); break;
                case 7: Phone = members.Text(ref json); break;
                case 8: TimeZone = members.Text(ref json); break;
                case 9: Tags = members.Texts(ref json); break;
                case 10: Stage = members.Value<ContactStage>(ref json); break;
                case 11: Score = members.Integer(ref json); break;
                case 12: OptedOut = members.Flag(ref json); break;
                case 13: CustomFields = members.AnyMap(ref json); break;
                case 14: LastInAt = members.Time(ref json); break;
                case 15: LastOutAt = members.Time(ref json); break;
                case 16: UnansweredSince = members.Time(ref json); break;
                case 17: CreatedAt = members.Time(ref json); break;
                case 18: UpdatedAt = members.Time(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The contact's id.</summary>
    public required string Id { get; init; }

    /// <summary>The whole name; empty if there is none.</summary>
    public string Name { get; init; } = "";

    /// <summary>The first name; the first word of <c>name</c> where none was given.</summary>
    public string FirstName { get; init; } = "";

    /// <summary><c>""</c> if there is none, as <c>name</c> and <c>first_name</c>; null in older events.</summary>
    public string? LastName { get; init; }

    /// <summary>On Telegram, without <c>@</c>; null if there is none.</summary>
    public string? Username { get; init; }

    /// <summary>The numeric id on Telegram; null while no account knows it.</summary>
    public long? TelegramId { get; init; }

    /// <summary>The e-mail address; null if there is none.</summary>
    public string? Email { get; init; }

    /// <summary>The phone number; null if there is none.</summary>
    public string? Phone { get; init; }

    /// <summary>IANA name, such as <c>Europe/Berlin</c>; null if it is not known.</summary>
    public string? TimeZone { get; init; }

    /// <summary>The names of its tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Where it stands in the funnel.</summary>
    public ContactStage Stage { get; init; }

    /// <summary>0 to 100, from the rules of scoring.</summary>
    public long Score { get; init; }

    /// <summary>Whether the person wants no messages.</summary>
    public bool OptedOut { get; init; }

    /// <summary>Values by the keys of the custom fields; a field without a value is missing.</summary>
    public IReadOnlyDictionary<string, JsonElement> CustomFields { get; init; } = ReadOnlyDictionary<string, JsonElement>.Empty;

    /// <summary>When the contact last wrote.</summary>
    public DateTimeOffset? LastInAt { get; init; }

    /// <summary>When the contact was last written to.</summary>
    public DateTimeOffset? LastOutAt { get; init; }

    /// <summary>When the first message was sent to the contact that none of theirs has followed.</summary>
    public DateTimeOffset? UnansweredSince { get; init; }

    /// <summary>When it was added.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    static Contact IJsonModel<Contact>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<Contact>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Text("name", Name);
        json.Text("first_name", FirstName);
        json.Text("last_name", LastName);
        json.Text("username", Username);
        json.Integer("telegram_id", TelegramId);
        json.Text("email", Email);
        json.Text("phone", Phone);
        json.Text("time_zone", TimeZone);
        json.Texts("tags", Tags);
        json.Value("stage", Stage);
        json.Integer("score", Score);
        json.Flag("opted_out", OptedOut);
        json.AnyMap("custom_fields", CustomFields);
        json.Time("last_in_at", LastInAt);
        json.Time("last_out_at", LastOutAt);
        json.Time("unanswered_since", UnansweredSince);
        json.Time("created_at", CreatedAt);
        json.Time("updated_at", UpdatedAt);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The contact, of whom <c>GET /v1/contacts/{id}</c> tells more.</summary>
[JsonConverter(typeof(ModelConverter<ContactName>))]
public sealed class ContactName : ApiModel, IJsonModel<ContactName>
{
    private static readonly MemberNames Names = new(
        "ContactName", "id", "name", "username");

    /// <summary>Makes one, such as for a test.</summary>
    public ContactName() { }

    [SetsRequiredMembers]
    private ContactName(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: Name = members.Text(ref json); break;
                case 2: Username = members.Text(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The contact's id.</summary>
    public required string Id { get; init; }

    /// <summary>The contact's name; empty if there is none.</summary>
    public string Name { get; init; } = "";

    /// <summary>On Telegram, without <c>@</c>; null if there is none.</summary>
    public string? Username { get; init; }

    static ContactName IJsonModel<ContactName>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<ContactName>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Text("name", Name);
        json.Text("username", Username);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>A contact's score, and the ledger whose sum, between 0 and 100, it is.</summary>
[JsonConverter(typeof(ModelConverter<ContactScore>))]
public sealed class ContactScore : VersionedModel, IJsonModel<ContactScore>
{
    private static readonly MemberNames Names = new(
        "ContactScore", "score", "data", "next_cursor");

    /// <summary>Makes one, such as for a test.</summary>
    public ContactScore() { }

    private ContactScore(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Score = members.Integer(ref json); break;
                case 1: Data = members.Models<ScoreEntry>(ref json); break;
                case 2: NextCursor = members.Text(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>The score now.</summary>
    public long Score { get; init; }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<ScoreEntry> Data { get; init; } = [];

    /// <summary>Give it as <c>cursor</c>; null on the last page.</summary>
    public string? NextCursor { get; init; }

    static ContactScore IJsonModel<ContactScore>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<ContactScore>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Integer("score", Score);
        json.Models("data", Data);
        json.Text("next_cursor", NextCursor);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>A field that the workspace has defined for its contacts.</summary>
[JsonConverter(typeof(ModelConverter<CustomField>))]
public sealed class CustomField : VersionedModel, IJsonModel<CustomField>
{
    private static readonly MemberNames Names = new(
        "CustomField", "key", "label", "type", "choices");

    /// <summary>Makes one, such as for a test.</summary>
    public CustomField() { }

    private CustomField(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Key = members.Text(ref json); break;
                case 1: Label = members.Text(ref json); break;
                case 2: Type = members.Value<CustomFieldType>(ref json); break;
                case 3: Choices = members.Texts(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Its name in <c>custom_fields</c>.</summary>
    public string Key { get; init; } = "";

    /// <summary>What people see.</summary>
    public string Label { get; init; } = "";

    /// <summary>What its values are.</summary>
    public CustomFieldType Type { get; init; }

    /// <summary>For type <c>choice</c>, else empty.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    static CustomField IJsonModel<CustomField>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<CustomField>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("key", Key);
        json.Text("label", Label);
        json.Value("type", Type);
        json.Texts("choices", Choices);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>Long work; the event <c>job.completed</c> carries the same object.</summary>
[JsonConverter(typeof(ModelConverter<Job>))]
public sealed class Job : VersionedModel, IJsonModel<Job>
{
    private static readonly MemberNames Names = new(
        "Job", "id", "kind", "object_id", "state", "done", "total", "result", "errors", "created_at", "finished_at",
        "author");

    /// <summary>Makes one, such as for a test.</summary>
    public Job() { }

    [SetsRequiredMembers]
    private Job(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: Kind = members.Text(ref json); break;
                case 2: ObjectId = members.Text(ref json); break;
                case 3: State = members.Value<JobState>(ref json); break;
                case 4: Done = members.Integer(ref json); break;
                case 5: Total = members.Integer(ref json); break;
                case 6: Result = members.AnyMap(ref json); break;
                case 7: Errors = members.AnyMaps(ref json); break;
                case 8: CreatedAt = members.Time(ref json); break;
                case 9: FinishedAt = members.Time(ref json); break;
                case 10: Author = members.Model<Author>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The job's id.</summary>
    public required string Id { get; init; }

    /// <summary>What is done, such as <c>import</c>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>What it works on, such as a broadcast.</summary>
    public string? ObjectId { get; init; }

    /// <summary>How far it has come.</summary>
    public JobState State { get; init; }

    /// <summary>How many of <c>total</c> are done.</summary>
    public long Done { get; init; }

    /// <summary>How many there are to do; null while that is not known.</summary>
    public long? Total { get; init; }

    /// <summary>What it has done so far.</summary>
    public IReadOnlyDictionary<string, JsonElement> Result { get; init; } = ReadOnlyDictionary<string, JsonElement>.Empty;

    /// <summary>What went wrong, the first 100.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Errors { get; init; } = [];

    /// <summary>When it was begun.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ended; null until then.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Who began it; null for the product itself.</summary>
    public Author? Author { get; init; }

    static Job IJsonModel<Job>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<Job>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Text("kind", Kind);
        json.Text("object_id", ObjectId);
        json.Value("state", State);
        json.Integer("done", Done);
        json.Integer("total", Total);
        json.AnyMap("result", Result);
        json.AnyMaps("errors", Errors);
        json.Time("created_at", CreatedAt);
        json.Time("finished_at", FinishedAt);
        json.Model("author", Author);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>A member, of whom <c>GET /v1/members</c> tells more.</summary>
[JsonConverter(typeof(ModelConverter<MemberName>))]
public sealed class MemberName : ApiModel, IJsonModel<MemberName>
{
    private static readonly MemberNames Names = new(
        "MemberName", "id", "name");

    /// <summary>Makes one, such as for a test.</summary>
    public MemberName() { }

    [SetsRequiredMembers]
    private MemberName(ref Utf8JsonReader json)
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

    /// <summary>The member's id.</summary>
    public required long Id { get; init; }

    /// <summary>The member's name.</summary>
    public string Name { get; init; } = "";

    static MemberName IJsonModel<MemberName>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<MemberName>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Integer("id", Id);
        json.Text("name", Name);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>
/// What a member, a key or an assistant wrote down about a contact. Nothing of it is sent to anybody.
/// </summary>
[JsonConverter(typeof(ModelConverter<Note>))]
public sealed class Note : VersionedModel, IJsonModel<Note>
{
    private static readonly MemberNames Names = new(
        "Note", "id", "text", "author", "contact_id", "contact", "thread_id", "created_at", "edited_at", "mentions");

    /// <summary>Makes one, such as for a test.</summary>
    public Note() { }

    [SetsRequiredMembers]
    private Note(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: Text = members.Text(ref json); break;
                case 2: Author = members.Model<Author>(ref json); break;
                case 3: ContactId = members.Text(ref json); break;
                case 4: Contact = members.Model<ContactName>(ref json); break;
                case 5: ThreadId = members.Text(ref json); break;
                case 6: CreatedAt = members.Time(ref json); break;
                case 7: EditedAt = members.Time(ref json); break;
                case 8: Mentions = members.Models<MemberName>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The note's id.</summary>
    public required string Id { get; init; }

    /// <summary>What it says.</summary>
    public string Text { get; init; } = "";

    /// <summary>A member, a key or an assistant.</summary>
    public Author? Author { get; init; }

    /// <summary>The contact it is about.</summary>
    public string ContactId { get; init; } = "";

    /// <summary>Null without <c>read:contacts</c>.</summary>
    public ContactName? Contact { get; init; }

    /// <summary>The conversation that it was written in, if any.</summary>
    public string? ThreadId { get; init; }

    /// <summary>When it was written.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its text was changed last; null for never.</summary>
    public DateTimeOffset? EditedAt { get; init; }

    /// <summary>The members whom <c>@name</c> in the text means.</summary>
    public IReadOnlyList<MemberName> Mentions { get; init; } = [];

    static Note IJsonModel<Note>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<Note>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Text("text", Text);
        json.Model("author", Author);
        json.Text("contact_id", ContactId);
        json.Model("contact", Contact);
        json.Text("thread_id", ThreadId);
        json.Time("created_at", CreatedAt);
        json.Time("edited_at", EditedAt);
        json.Models("mentions", Mentions);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary><c>contact</c>, and a section for each kind of thing that is kept about the person.</summary>
[JsonConverter(typeof(ModelConverter<PersonalData>))]
public sealed class PersonalData : VersionedModel, IJsonModel<PersonalData>
{
    private static readonly MemberNames Names = new(
        "PersonalData", "contact", "audit_log", "named_in", "telegram_addresses", "scores", "stages", "notes",
        "messages", "drafts", "files", "enrollments", "events", "deliveries", "broadcasts", "failed_imports",
        "stored_answers", "proposals", "assistant_changes");

    /// <summary>Makes one, such as for a test.</summary>
    public PersonalData() { }

    private PersonalData(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Contact = members.Model<Contact>(ref json); break;
                case 1: AuditLog = members.AnyMaps(ref json); break;
                case 2: NamedIn = members.AnyMaps(ref json); break;
                case 3: TelegramAddresses = members.AnyMaps(ref json); break;
                case 4: Scores = members.AnyMaps(ref json); break;
                case 5: Stages = members.AnyMaps(ref json); break;
                case 6: Notes = members.AnyMaps(ref json); break;
                case 7: Messages = members.AnyMaps(ref json); break;
                case 8: Drafts = members.AnyMaps(ref json); break;
                case 9: Files = members.AnyMaps(ref json); break;
                case 10: Enrollments = members.AnyMaps(ref json); break;
                case 11: Events = members.AnyMaps(ref json); break;
                case 12: Deliveries = members.AnyMaps(ref json); break;
                case 13: Broadcasts = members.AnyMaps(ref json); break;
                case 14: FailedImports = members.AnyMaps(ref json); break;
                case 15: StoredAnswers = members.AnyMaps(ref json); break;
                case 16: Proposals = members.AnyMaps(ref json); break;
                case 17: AssistantChanges = members.AnyMaps(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>The contact.</summary>
    public Contact? Contact { get; init; }

    /// <summary>What was done to the contact.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> AuditLog { get; init; } = [];

    /// <summary>Segments, steps and the like whose conditions name the person.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> NamedIn { get; init; } = [];

    /// <summary>What accounts address the person by on Telegram.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> TelegramAddresses { get; init; } = [];

    /// <summary>The ledger of the score, oldest first.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Scores { get; init; } = [];

    /// <summary>Stages that it came to, oldest first.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Stages { get; init; } = [];

    /// <summary>What members noted, oldest first.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Notes { get; init; } = [];

    /// <summary>Oldest first, as GET answers them.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Messages { get; init; } = [];

    /// <summary>What members have begun to write to the person and not sent.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Drafts { get; init; } = [];

    /// <summary>Those of the messages, each once.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Files { get; init; } = [];

    /// <summary>In sequences, with the steps done.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Enrollments { get; init; } = [];

    /// <summary>The events about the contact, oldest first.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Events { get; init; } = [];

    /// <summary>To which webhooks they went.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Deliveries { get; init; } = [];

    /// <summary>Whose audience the person was in.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Broadcasts { get; init; } = [];

    /// <summary>Rows of imports about the person that failed.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> FailedImports { get; init; } = [];

    /// <summary>Answers to writes of the last 24 hours.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> StoredAnswers { get; init; } = [];

    /// <summary>Writes that waited for an approval, oldest first.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Proposals { get; init; } = [];

    /// <summary>Changes that can be taken back, oldest first.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> AssistantChanges { get; init; } = [];

    static PersonalData IJsonModel<PersonalData>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<PersonalData>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Model("contact", Contact);
        json.AnyMaps("audit_log", AuditLog);
        json.AnyMaps("named_in", NamedIn);
        json.AnyMaps("telegram_addresses", TelegramAddresses);
        json.AnyMaps("scores", Scores);
        json.AnyMaps("stages", Stages);
        json.AnyMaps("notes", Notes);
        json.AnyMaps("messages", Messages);
        json.AnyMaps("drafts", Drafts);
        json.AnyMaps("files", Files);
        json.AnyMaps("enrollments", Enrollments);
        json.AnyMaps("events", Events);
        json.AnyMaps("deliveries", Deliveries);
        json.AnyMaps("broadcasts", Broadcasts);
        json.AnyMaps("failed_imports", FailedImports);
        json.AnyMaps("stored_answers", StoredAnswers);
        json.AnyMaps("proposals", Proposals);
        json.AnyMaps("assistant_changes", AssistantChanges);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>A write that waits until a member approves it.</summary>
[JsonConverter(typeof(ModelConverter<Proposal>))]
public sealed class Proposal : VersionedModel, IJsonModel<Proposal>
{
    private static readonly MemberNames Names = new(
        "Proposal", "id", "status", "summary", "call", "contact", "reason", "because", "requested_by", "created_at",
        "expires_at", "decided_by", "decided_at", "note", "problem", "run_at", "result", "edited_from");

    /// <summary>Makes one, such as for a test.</summary>
    public Proposal() { }

    [SetsRequiredMembers]
    private Proposal(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: Status = members.Value<ProposalStatus>(ref json); break;
                case 2: Summary = members.Text(ref json); break;
                case 3: Call = members.Model<ProposedCall>(ref json); break;
                case 4: Contact = members.Model<ContactName>(ref json); break;
                case 5: Reason = members.Text(ref json); break;
                case 6: Because = members.Models<ReadText>(ref json); break;
                case 7: RequestedBy = members.Model<Author>(ref json); break;
                case 8: CreatedAt = members.Time(ref json); break;
                case 9: ExpiresAt = members.Time(ref json); break;
                case 10: DecidedBy = members.Model<MemberName>(ref json); break;
                case 11: DecidedAt = members.Time(ref json); break;
                case 12: Note = members.Text(ref json); break;
                case 13: Problem = members.Text(ref json); break;
                case 14: RunAt = members.Time(ref json); break;
                case 15: Result = members.Any(ref json); break;
                case 16: EditedFrom = members.Text(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The proposal's id.</summary>
    public required string Id { get; init; }

    /// <summary>
    /// <c>approved</c> is carried out as soon as a worker can, once <c>run_at</c> is set it was; <c>stale</c>: what
    /// it was made for has changed meanwhile, and nothing was done.
    /// </summary>
    public ProposalStatus Status { get; init; }

    /// <summary>What would be done, in words.</summary>
    public string Summary { get; init; } = "";

    /// <summary>What would be done.</summary>
    public ProposedCall Call { get; init; } = ProposedCall.Empty;

    /// <summary>The contact it is about, if that is one alone.</summary>
    public ContactName? Contact { get; init; }

    /// <summary>Why it waits: a code, such as <c>read_somebody_else</c>.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Whose text was read before, the latest first.</summary>
    public IReadOnlyList<ReadText> Because { get; init; } = [];

    /// <summary>The key or assistant that asked.</summary>
    public Author? RequestedBy { get; init; }

    /// <summary>When it was asked for.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Until when it can be approved.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Who approved or rejected it; null until then.</summary>
    public MemberName? DecidedBy { get; init; }

    /// <summary>When; null until then.</summary>
    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>What whoever decided says to whoever asked.</summary>
    public string? Note { get; init; }

    /// <summary>Why it is <c>stale</c> or <c>failed</c>.</summary>
    public string? Problem { get; init; }

    /// <summary>When it was carried out, or could not be.</summary>
    public DateTimeOffset? RunAt { get; init; }

    /// <summary>What the call has answered.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>The proposal that a member edited into this one.</summary>
    public string? EditedFrom { get; init; }

    static Proposal IJsonModel<Proposal>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<Proposal>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Value("status", Status);
        json.Text("summary", Summary);
        json.Model("call", Call);
        json.Model("contact", Contact);
        json.Text("reason", Reason);
        json.Models("because", Because);
        json.Model("requested_by", RequestedBy);
        json.Time("created_at", CreatedAt);
        json.Time("expires_at", ExpiresAt);
        json.Model("decided_by", DecidedBy);
        json.Time("decided_at", DecidedAt);
        json.Text("note", Note);
        json.Text("problem", Problem);
        json.Time("run_at", RunAt);
        json.Any("result", Result);
        json.Text("edited_from", EditedFrom);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The call that a proposal is of.</summary>
[JsonConverter(typeof(ModelConverter<ProposedCall>))]
public sealed class ProposedCall : ApiModel, IJsonModel<ProposedCall>
{
    private static readonly MemberNames Names = new(
        "ProposedCall", "operation", "arguments");

    /// <summary>Makes one, such as for a test.</summary>
    public ProposedCall() { }

    private ProposedCall(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Operation = members.Text(ref json); break;
                case 1: Arguments = members.Any(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    internal static ProposedCall Empty { get; } = new();

    /// <summary>The <c>operationId</c> of the call.</summary>
    public string Operation { get; init; } = "";

    /// <summary>Its arguments, those of the path included; times are absolute.</summary>
    public JsonElement Arguments { get; init; } = PlainJson.Null;

    static ProposedCall IJsonModel<ProposedCall>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<ProposedCall>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("operation", Operation);
        json.Any("arguments", Arguments);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>Whose text was read, and when.</summary>
[JsonConverter(typeof(ModelConverter<ReadText>))]
public sealed class ReadText : ApiModel, IJsonModel<ReadText>
{
    private static readonly MemberNames Names = new(
        "ReadText", "contact", "read_at");

    /// <summary>Makes one, such as for a test.</summary>
    public ReadText() { }

    private ReadText(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Contact = members.Model<ContactName>(ref json); break;
                case 1: ReadAt = members.Time(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Whose text was read; null: of somebody that is not known.</summary>
    public ContactName? Contact { get; init; }

    /// <summary>When it was answered the last time.</summary>
    public DateTimeOffset ReadAt { get; init; }

    static ReadText IJsonModel<ReadText>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<ReadText>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Model("contact", Contact);
        json.Time("read_at", ReadAt);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>One change of a contact's points. Entries are only added.</summary>
[JsonConverter(typeof(ModelConverter<ScoreEntry>))]
public sealed class ScoreEntry : ApiModel, IJsonModel<ScoreEntry>
{
    private static readonly MemberNames Names = new(
        "ScoreEntry", "rule", "points", "at", "cause");

    /// <summary>Makes one, such as for a test.</summary>
    public ScoreEntry() { }

    private ScoreEntry(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Rule = members.Text(ref json); break;
                case 1: Points = members.Integer(ref json); break;
                case 2: At = members.Time(ref json); break;
                case 3: Cause = members.Text(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Null for a change by hand.</summary>
    public string? Rule { get; init; }

    /// <summary>What was added; below 0 for what was taken off.</summary>
    public long Points { get; init; }

    /// <summary>When that happened.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>What happened, such as <c>tag vip</c>.</summary>
    public string Cause { get; init; } = "";

    static ScoreEntry IJsonModel<ScoreEntry>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<ScoreEntry>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("rule", Rule);
        json.Integer("points", Points);
        json.Time("at", At);
        json.Text("cause", Cause);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>A tag. It exists for as long as a contact has it.</summary>
[JsonConverter(typeof(ModelConverter<Tag>))]
public sealed class Tag : VersionedModel, IJsonModel<Tag>
{
    private static readonly MemberNames Names = new(
        "Tag", "name", "contacts", "contacts_is_minimum");

    /// <summary>Makes one, such as for a test.</summary>
    public Tag() { }

    private Tag(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Name = members.Text(ref json); break;
                case 1: Contacts = members.Integer(ref json); break;
                case 2: ContactsIsMinimum = members.Flag(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>The tag itself.</summary>
    public string Name { get; init; } = "";

    /// <summary>How many contacts have it; counting stops at 10,000.</summary>
    public long Contacts { get; init; }

    /// <summary>Whether more contacts than that have it.</summary>
    public bool ContactsIsMinimum { get; init; }

    static Tag IJsonModel<Tag>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<Tag>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("name", Name);
        json.Integer("contacts", Contacts);
        json.Flag("contacts_is_minimum", ContactsIsMinimum);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>As for every write, with <c>created</c>.</summary>
[JsonConverter(typeof(ModelConverter<UpsertedContact>))]
public sealed class UpsertedContact : VersionedModel, IJsonModel<UpsertedContact>
{
    private static readonly MemberNames Names = new(
        "UpsertedContact", "id", "name", "first_name", "last_name", "username", "telegram_id", "email", "phone",
        "time_zone", "tags", "stage", "score", "opted_out", "custom_fields", "last_in_at", "last_out_at",
        "unanswered_since", "created_at", "updated_at", "created");

    /// <summary>Makes one, such as for a test.</summary>
    public UpsertedContact() { }

    [SetsRequiredMembers]
    private UpsertedContact(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: Name = members.Text(ref json); break;
                case 2: FirstName = members.Text(ref json); break;
                case 3: LastName = members.Text(ref json); break;
                case 4: Username = members.Text(ref json); break;
                case 5: TelegramId = members.Integer(ref json); break;
                case 6: Email = members.Text(ref json); break;
                case 7: Phone = members.Text(ref json); break;
                case 8: TimeZone = members.Text(ref json); break;
                case 9: Tags = members.Texts(ref json); break;
                case 10: Stage = members.Value<ContactStage>(ref json); break;
                case 11: Score = members.Integer(ref json); break;
                case 12: OptedOut = members.Flag(ref json); break;
                case 13: CustomFields = members.AnyMap(ref json); break;
                case 14: LastInAt = members.Time(ref json); break;
                case 15: LastOutAt = members.Time(ref json); break;
                case 16: UnansweredSince = members.Time(ref json); break;
                case 17: CreatedAt = members.Time(ref json); break;
                case 18: UpdatedAt = members.Time(ref json); break;
                case 19: Created = members.Flag(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The contact's id.</summary>
    public required string Id { get; init; }

    /// <summary>The whole name; empty if there is none.</summary>
    public string? Name { get; init; }

    /// <summary>The first name; the first word of <c>name</c> where none was given.</summary>
    public string? FirstName { get; init; }

    /// <summary><c>""</c> if there is none, as <c>name</c> and <c>first_name</c>; null in older events.</summary>
    public string? LastName { get; init; }

    /// <summary>On Telegram, without <c>@</c>; null if there is none.</summary>
    public string? Username { get; init; }

    /// <summary>The numeric id on Telegram; null while no account knows it.</summary>
    public long? TelegramId { get; init; }

    /// <summary>The e-mail address; null if there is none.</summary>
    public string? Email { get; init; }

    /// <summary>The phone number; null if there is none.</summary>
    public string? Phone { get; init; }

    /// <summary>IANA name, such as <c>Europe/Berlin</c>; null if it is not known.</summary>
    public string? TimeZone { get; init; }

    /// <summary>The names of its tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Where it stands in the funnel.</summary>
    public ContactStage? Stage { get; init; }

    /// <summary>0 to 100, from the rules of scoring.</summary>
    public long? Score { get; init; }

    /// <summary>Whether the person wants no messages.</summary>
    public bool? OptedOut { get; init; }

    /// <summary>Values by the keys of the custom fields; a field without a value is missing.</summary>
    public IReadOnlyDictionary<string, JsonElement> CustomFields { get; init; } = ReadOnlyDictionary<string, JsonElement>.Empty;

    /// <summary>When the contact last wrote.</summary>
    public DateTimeOffset? LastInAt { get; init; }

    /// <summary>When the contact was last written to.</summary>
    public DateTimeOffset? LastOutAt { get; init; }

    /// <summary>When the first message was sent to the contact that none of theirs has followed.</summary>
    public DateTimeOffset? UnansweredSince { get; init; }

    /// <summary>When it was added.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>Whether it was added rather than updated.</summary>
    public bool Created { get; init; }

    static UpsertedContact IJsonModel<UpsertedContact>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<UpsertedContact>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Text("name", Name);
        json.Text("first_name", FirstName);
        json.Text("last_name", LastName);
        json.Text("username", Username);
        json.Integer("telegram_id", TelegramId);
        json.Text("email", Email);
        json.Text("phone", Phone);
        json.Text("time_zone", TimeZone);
        json.Texts("tags", Tags);
        json.Value("stage", Stage);
        json.Integer("score", Score);
        json.Flag("opted_out", OptedOut);
        json.AnyMap("custom_fields", CustomFields);
        json.Time("last_in_at", LastInAt);
        json.Time("last_out_at", LastOutAt);
        json.Time("unanswered_since", UnansweredSince);
        json.Time("created_at", CreatedAt);
        json.Time("updated_at", UpdatedAt);
        json.Flag("created", Created);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The contact; a key without <c>read:contacts</c> gets <c>id</c> and the fields it sent.</summary>
[JsonConverter(typeof(ModelConverter<WrittenContact>))]
public sealed class WrittenContact : VersionedModel, IJsonModel<WrittenContact>
{
    private static readonly MemberNames Names = new(
        "WrittenContact", "id", "name", "first_name", "last_name", "username", "telegram_id", "email", "phone",
        "time_zone", "tags", "stage", "score", "opted_out", "custom_fields", "last_in_at", "last_out_at",
        "unanswered_since", "created_at", "updated_at");

    /// <summary>Makes one, such as for a test.</summary>
    public WrittenContact() { }

    [SetsRequiredMembers]
    private WrittenContact(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: Name = members.Text(ref json); break;
                case 2: FirstName = members.Text(ref json); break;
                case 3: LastName = members.Text(ref json); break;
                case 4: Username = members.Text(ref json); break;
                case 5: TelegramId = members.Integer(ref json); break;
                case 6: Email = members.Text(ref json); break;
                case 7: Phone = members.Text(ref json); break;
                case 8: TimeZone = members.Text(ref json); break;
                case 9: Tags = members.Texts(ref json); break;
                case 10: Stage = members.Value<ContactStage>(ref json); break;
                case 11: Score = members.Integer(ref json); break;
                case 12: OptedOut = members.Flag(ref json); break;
                case 13: CustomFields = members.AnyMap(ref json); break;
                case 14: LastInAt = members.Time(ref json); break;
                case 15: LastOutAt = members.Time(ref json); break;
                case 16: UnansweredSince = members.Time(ref json); break;
                case 17: CreatedAt = members.Time(ref json); break;
                case 18: UpdatedAt = members.Time(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The contact's id.</summary>
    public required string Id { get; init; }

    /// <summary>The whole name; empty if there is none.</summary>
    public string? Name { get; init; }

    /// <summary>The first name; the first word of <c>name</c> where none was given.</summary>
    public string? FirstName { get; init; }

    /// <summary><c>""</c> if there is none, as <c>name</c> and <c>first_name</c>; null in older events.</summary>
    public string? LastName { get; init; }

    /// <summary>On Telegram, without <c>@</c>; null if there is none.</summary>
    public string? Username { get; init; }

    /// <summary>The numeric id on Telegram; null while no account knows it.</summary>
    public long? TelegramId { get; init; }

    /// <summary>The e-mail address; null if there is none.</summary>
    public string? Email { get; init; }

    /// <summary>The phone number; null if there is none.</summary>
    public string? Phone { get; init; }

    /// <summary>IANA name, such as <c>Europe/Berlin</c>; null if it is not known.</summary>
    public string? TimeZone { get; init; }

    /// <summary>The names of its tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Where it stands in the funnel.</summary>
    public ContactStage? Stage { get; init; }

    /// <summary>0 to 100, from the rules of scoring.</summary>
    public long? Score { get; init; }

    /// <summary>Whether the person wants no messages.</summary>
    public bool? OptedOut { get; init; }

    /// <summary>Values by the keys of the custom fields; a field without a value is missing.</summary>
    public IReadOnlyDictionary<string, JsonElement> CustomFields { get; init; } = ReadOnlyDictionary<string, JsonElement>.Empty;

    /// <summary>When the contact last wrote.</summary>
    public DateTimeOffset? LastInAt { get; init; }

    /// <summary>When the contact was last written to.</summary>
    public DateTimeOffset? LastOutAt { get; init; }

    /// <summary>When the first message was sent to the contact that none of theirs has followed.</summary>
    public DateTimeOffset? UnansweredSince { get; init; }

    /// <summary>When it was added.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    static WrittenContact IJsonModel<WrittenContact>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<WrittenContact>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Text("name", Name);
        json.Text("first_name", FirstName);
        json.Text("last_name", LastName);
        json.Text("username", Username);
        json.Integer("telegram_id", TelegramId);
        json.Text("email", Email);
        json.Text("phone", Phone);
        json.Text("time_zone", TimeZone);
        json.Texts("tags", Tags);
        json.Value("stage", Stage);
        json.Integer("score", Score);
        json.Flag("opted_out", OptedOut);
        json.AnyMap("custom_fields", CustomFields);
        json.Time("last_in_at", LastInAt);
        json.Time("last_out_at", LastOutAt);
        json.Time("unanswered_since", UnansweredSince);
        json.Time("created_at", CreatedAt);
        json.Time("updated_at", UpdatedAt);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The custom field; a key without <c>read:contacts</c> gets <c>key</c> and the members it sent.</summary>
[JsonConverter(typeof(ModelConverter<WrittenCustomField>))]
public sealed class WrittenCustomField : VersionedModel, IJsonModel<WrittenCustomField>
{
    private static readonly MemberNames Names = new(
        "WrittenCustomField", "key", "label", "type", "choices");

    /// <summary>Makes one, such as for a test.</summary>
    public WrittenCustomField() { }

    private WrittenCustomField(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Key = members.Text(ref json); break;
                case 1: Label = members.Text(ref json); break;
                case 2: Type = members.Value<CustomFieldType>(ref json); break;
                case 3: Choices = members.Texts(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Its name in <c>custom_fields</c>.</summary>
    public string Key { get; init; } = "";

    /// <summary>What people see.</summary>
    public string? Label { get; init; }

    /// <summary>What its values are.</summary>
    public CustomFieldType? Type { get; init; }

    /// <summary>For type <c>choice</c>, else empty.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    static WrittenCustomField IJsonModel<WrittenCustomField>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<WrittenCustomField>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("key", Key);
        json.Text("label", Label);
        json.Value("type", Type);
        json.Texts("choices", Choices);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>
/// What to write to a contact. What is left out stays as it is; null deletes a value where the type allows it.
/// </summary>
public sealed class ContactFields
{
    /// <summary><c>@name</c>, <c>name</c> or <c>https://t.me/name</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    [JsonConverter(typeof(OptionalConverter<string?>))]
    public Optional<string?> Username { get; set; }

    /// <summary>The e-mail address; null if there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    [JsonConverter(typeof(OptionalConverter<string?>))]
    public Optional<string?> Email { get; set; }

    /// <summary>The whole name; empty if there is none.</summary>
    public string? Name { get; set; }

    /// <summary>Else the first word of <c>name</c>.</summary>
    public string? FirstName { get; set; }

    /// <summary><c>""</c> if there is none, as <c>name</c> and <c>first_name</c>; null in older events.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    [JsonConverter(typeof(OptionalConverter<string?>))]
    public Optional<string?> LastName { get; set; }

    /// <summary>The phone number; null if there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    [JsonConverter(typeof(OptionalConverter<string?>))]
    public Optional<string?> Phone { get; set; }

    /// <summary>IANA name, such as <c>Europe/Berlin</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    [JsonConverter(typeof(OptionalConverter<string?>))]
    public Optional<string?> TimeZone { get; set; }

    /// <summary>Where it stands in the funnel.</summary>
    public ContactStage? Stage { get; set; }

    /// <summary>True: send this person nothing.</summary>
    public bool? OptedOut { get; set; }

    /// <summary>All tags the contact shall have.</summary>
    public IReadOnlyList<string>? Tags { get; set; }

    /// <summary>Values by the keys of the custom fields; null removes one.</summary>
    [JsonConverter(typeof(PlainMapConverter))]
    public IReadOnlyDictionary<string, object?>? CustomFields { get; set; }
}

/// <summary>What to change of a custom field. What is left out stays as it is.</summary>
public sealed class CustomFieldChanges
{
    /// <summary>What the panel calls it.</summary>
    public string? Label { get; set; }

    /// <summary>The one that it has: it cannot be changed.</summary>
    public CustomFieldType? Type { get; set; }

    /// <summary>
    /// For the type <c>choice</c>: the values, of which contacts keep those that are taken away later.
    /// </summary>
    public IReadOnlyList<string>? Choices { get; set; }
}

/// <summary>A custom field to define.</summary>
public sealed class CustomFieldInput
{
    /// <summary>The name in requests and templates.</summary>
    public required string Key { get; set; }

    /// <summary>What the panel calls it.</summary>
    public required string Label { get; set; }

    /// <summary>What its values are.</summary>
    public required CustomFieldType Type { get; set; }

    /// <summary>
    /// For the type <c>choice</c>: the values, of which contacts keep those that are taken away later.
    /// </summary>
    public IReadOnlyList<string>? Choices { get; set; }
}

/// <summary>What to change of a note.</summary>
public sealed class NoteChanges
{
    /// <summary>What it says from now on.</summary>
    public required string Text { get; set; }
}

/// <summary>A note to write.</summary>
public sealed class NoteInput
{
    /// <summary><c>@name</c> mentions a member of the workspace.</summary>
    public required string Text { get; set; }

    /// <summary>The conversation with the contact that it belongs to.</summary>
    public string? ThreadId { get; set; }
}

/// <summary>Points to add to a score, or to take.</summary>
public sealed class PointsInput
{
    /// <summary>What to add; below 0 to take off. Not 0.</summary>
    public required long Points { get; set; }

    /// <summary>Why; it is in <c>cause</c>.</summary>
    public string? Note { get; set; }
}

/// <summary>The new name of a tag.</summary>
public sealed class RenameTagInput
{
    /// <summary>The new name; that of another tag merges them.</summary>
    public required string Name { get; set; }
}

/// <summary>Tags to add and to remove.</summary>
public sealed class TagChanges
{
    /// <summary>Tags to add.</summary>
    public IReadOnlyList<string>? Add { get; set; }

    /// <summary>Tags to take away.</summary>
    public IReadOnlyList<string>? Remove { get; set; }
}

/// <summary>Who writes messages. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<AuthorType>))]
public readonly record struct AuthorType : IStringValue<AuthorType>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public AuthorType(string value) => _value = value is "" ? null : value;

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

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<AuthorType>.Known =>
    [
        "member", "key", "assistant", "sequence", "broadcast", "rule", "telegram",
    ];

    static AuthorType IStringValue<AuthorType>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator AuthorType(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The order of contacts. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<ContactSort>))]
public readonly record struct ContactSort : IStringValue<ContactSort>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public ContactSort(string value) => _value = value is "" ? null : value;

    /// <summary><c>created_at</c></summary>
    public static ContactSort CreatedAt { get; } = new("created_at");

    /// <summary><c>-created_at</c></summary>
    public static ContactSort CreatedAtDescending { get; } = new("-created_at");

    /// <summary><c>updated_at</c></summary>
    public static ContactSort UpdatedAt { get; } = new("updated_at");

    /// <summary><c>-updated_at</c></summary>
    public static ContactSort UpdatedAtDescending { get; } = new("-updated_at");

    /// <summary><c>name</c></summary>
    public static ContactSort Name { get; } = new("name");

    /// <summary><c>-name</c></summary>
    public static ContactSort NameDescending { get; } = new("-name");

    /// <summary><c>score</c></summary>
    public static ContactSort Score { get; } = new("score");

    /// <summary><c>-score</c></summary>
    public static ContactSort ScoreDescending { get; } = new("-score");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<ContactSort>.Known =>
    [
        "created_at", "-created_at", "updated_at", "-updated_at", "name", "-name", "score", "-score",
    ];

    static ContactSort IStringValue<ContactSort>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator ContactSort(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The stage of a contact. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<ContactStage>))]
public readonly record struct ContactStage : IStringValue<ContactStage>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public ContactStage(string value) => _value = value is "" ? null : value;

    /// <summary><c>new</c></summary>
    public static ContactStage New { get; } = new("new");

    /// <summary><c>contacted</c></summary>
    public static ContactStage Contacted { get; } = new("contacted");

    /// <summary><c>replied</c></summary>
    public static ContactStage Replied { get; } = new("replied");

    /// <summary><c>qualified</c></summary>
    public static ContactStage Qualified { get; } = new("qualified");

    /// <summary><c>won</c></summary>
    public static ContactStage Won { get; } = new("won");

    /// <summary><c>lost</c></summary>
    public static ContactStage Lost { get; } = new("lost");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<ContactStage>.Known =>
    [
        "new", "contacted", "replied", "qualified", "won", "lost",
    ];

    static ContactStage IStringValue<ContactStage>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator ContactStage(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The type of a custom field. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<CustomFieldType>))]
public readonly record struct CustomFieldType : IStringValue<CustomFieldType>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public CustomFieldType(string value) => _value = value is "" ? null : value;

    /// <summary><c>text</c></summary>
    public static CustomFieldType Text { get; } = new("text");

    /// <summary><c>number</c></summary>
    public static CustomFieldType Number { get; } = new("number");

    /// <summary><c>boolean</c></summary>
    public static CustomFieldType Boolean { get; } = new("boolean");

    /// <summary><c>date</c></summary>
    public static CustomFieldType Date { get; } = new("date");

    /// <summary><c>choice</c></summary>
    public static CustomFieldType Choice { get; } = new("choice");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<CustomFieldType>.Known =>
    [
        "text", "number", "boolean", "date", "choice",
    ];

    static CustomFieldType IStringValue<CustomFieldType>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator CustomFieldType(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The format of an export. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<ExportFormat>))]
public readonly record struct ExportFormat : IStringValue<ExportFormat>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public ExportFormat(string value) => _value = value is "" ? null : value;

    /// <summary><c>csv</c></summary>
    public static ExportFormat Csv { get; } = new("csv");

    /// <summary><c>ndjson</c></summary>
    public static ExportFormat Ndjson { get; } = new("ndjson");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<ExportFormat>.Known =>
    [
        "csv", "ndjson",
    ];

    static ExportFormat IStringValue<ExportFormat>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator ExportFormat(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

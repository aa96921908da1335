// Written by tools/generate_dotnet.py from docs/openapi.json; do not edit.
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>A condition on a contact: at most 5 levels and 50 comparisons.</summary>
[JsonConverter(typeof(ModelConverter<Condition>))]
public sealed partial class Condition : ApiModel, IJsonModel<Condition>
{
    private static readonly MemberNames Names = new(
        "Condition", "all", "any", "not", "field", "op", "value");

    /// <summary>Makes one, such as for a test.</summary>
    public Condition() { }

    private Condition(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: All = members.Models<Condition>(ref json); break;
                case 1: Any = members.Models<Condition>(ref json); break;
                case 2: Not = members.Model<Condition>(ref json); break;
                case 3: Field = members.Text(ref json); break;
                case 4: Op = members.Value<ConditionOperator>(ref json); break;
                case 5: Value = members.Any(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    internal static Condition Empty { get; } = new();

    /// <summary>Conditions that all hold.</summary>
    public IReadOnlyList<Condition>? All { get; init; }

    /// <summary>Conditions of which at least one holds.</summary>
    public IReadOnlyList<Condition>? Any { get; init; }

    /// <summary>A condition that does not hold.</summary>
    public Condition? Not { get; init; }

    /// <summary>The field that is compared, such as <c>tag</c>, <c>stage</c> or <c>custom.city</c>.</summary>
    public string? Field { get; init; }

    /// <summary>How it is compared.</summary>
    public ConditionOperator? Op { get; init; }

    /// <summary>A string, number or boolean, or a list of them.</summary>
    public JsonElement? Value { get; init; }

    static Condition IJsonModel<Condition>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<Condition>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Models("all", All);
        json.Models("any", Any);
        json.Model("not", Not);
        json.Text("field", Field);
        json.Value("op", Op);
        json.Any("value", Value);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>A saved filter of contacts.</summary>
[JsonConverter(typeof(ModelConverter<Segment>))]
public sealed class Segment : VersionedModel, IJsonModel<Segment>
{
    private static readonly MemberNames Names = new(
        "Segment", "id", "name", "filter", "count", "count_is_estimate", "created_at", "updated_at");

    /// <summary>Makes one, such as for a test.</summary>
    public Segment() { }

    [SetsRequiredMembers]
    private Segment(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: Name = members.Text(ref json); break;
                case 2: Filter = members.Model<Condition>(ref json); break;
                case 3: Count = members.Integer(ref json); break;
                case 4: CountIsEstimate = members.Flag(ref json); break;
                case 5: CreatedAt = members.Time(ref json); break;
                case 6: UpdatedAt = members.Time(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The segment's id.</summary>
    public required string Id { get; init; }

    /// <summary>What people call it.</summary>
    public string Name { get; init; } = "";

    /// <summary>What a contact must fulfil.</summary>
    public Condition Filter { get; init; } = Condition.Empty;

    /// <summary>
    /// Contacts in it now. Null if the filter does not fit the custom fields any more, or takes too long; in a list
    /// also if counting those before it took two seconds.
    /// </summary>
    public long? Count { get; init; }

    /// <summary>
    /// Whether <c>count</c> was estimated from a sample, because counting takes more than a second.
    /// </summary>
    public bool CountIsEstimate { get; init; }

    /// <summary>When it was saved.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    static Segment IJsonModel<Segment>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<Segment>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Text("name", Name);
        json.Model("filter", Filter);
        json.Integer("count", Count);
        json.Flag("count_is_estimate", CountIsEstimate);
        json.Time("created_at", CreatedAt);
        json.Time("updated_at", UpdatedAt);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>Why a contact is in a segment, or is not.</summary>
[JsonConverter(typeof(ModelConverter<SegmentExplanation>))]
public sealed class SegmentExplanation : VersionedModel, IJsonModel<SegmentExplanation>
{
    private static readonly MemberNames Names = new(
        "SegmentExplanation", "contact_id", "contact", "matches", "leaves");

    /// <summary>Makes one, such as for a test.</summary>
    public SegmentExplanation() { }

    private SegmentExplanation(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: ContactId = members.Text(ref json); break;
                case 1: Contact = members.Model<ContactName>(ref json); break;
                case 2: Matches = members.Flag(ref json); break;
                case 3: Leaves = members.Models<SegmentLeaf>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>The contact.</summary>
    public string ContactId { get; init; } = "";

    /// <summary>The same contact with its name.</summary>
    public ContactName? Contact { get; init; }

    /// <summary>Whether the contact is in the segment.</summary>
    public bool Matches { get; init; }

    /// <summary>Each comparison of the filter.</summary>
    public IReadOnlyList<SegmentLeaf> Leaves { get; init; } = [];

    static SegmentExplanation IJsonModel<SegmentExplanation>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<SegmentExplanation>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("contact_id", ContactId);
        json.Model("contact", Contact);
        json.Flag("matches", Matches);
        json.Models("leaves", Leaves);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>One comparison of the filter, for one contact.</summary>
[JsonConverter(typeof(ModelConverter<SegmentLeaf>))]
public sealed class SegmentLeaf : ApiModel, IJsonModel<SegmentLeaf>
{
    private static readonly MemberNames Names = new(
        "SegmentLeaf", "path", "field", "op", "value", "actual", "holds");

    /// <summary>Makes one, such as for a test.</summary>
    public SegmentLeaf() { }

    private SegmentLeaf(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Path = members.Text(ref json); break;
                case 1: Field = members.Text(ref json); break;
                case 2: Op = members.Text(ref json); break;
                case 3: Value = members.Any(ref json); break;
                case 4: Actual = members.Any(ref json); break;
                case 5: Holds = members.Flag(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Where it stands in the filter, such as <c>all[1].any[0]</c>; empty for the whole.</summary>
    public string Path { get; init; } = "";

    /// <summary>The field that is compared.</summary>
    public string Field { get; init; } = "";

    /// <summary>How it is compared.</summary>
    public string Op { get; init; } = "";

    /// <summary>What it compares with.</summary>
    public JsonElement Value { get; init; } = PlainJson.Null;

    /// <summary>What the contact has; null if there is no value.</summary>
    public JsonElement Actual { get; init; } = PlainJson.Null;

    /// <summary>Whether it holds for the contact.</summary>
    public bool Holds { get; init; }

    static SegmentLeaf IJsonModel<SegmentLeaf>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<SegmentLeaf>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("path", Path);
        json.Text("field", Field);
        json.Text("op", Op);
        json.Any("value", Value);
        json.Any("actual", Actual);
        json.Flag("holds", Holds);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>Who a filter finds.</summary>
[JsonConverter(typeof(ModelConverter<SegmentPreview>))]
public sealed class SegmentPreview : ApiModel, IJsonModel<SegmentPreview>
{
    private static readonly MemberNames Names = new(
        "SegmentPreview", "count", "count_is_estimate", "sample");

    /// <summary>Makes one, such as for a test.</summary>
    public SegmentPreview() { }

    private SegmentPreview(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Count = members.Integer(ref json); break;
                case 1: CountIsEstimate = members.Flag(ref json); break;
                case 2: Sample = members.Models<Contact>(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
    }

    /// <summary>Contacts that fulfil the filter.</summary>
    public long Count { get; init; }

    /// <summary>
    /// Whether <c>count</c> was estimated from a sample, because counting takes more than a second.
    /// </summary>
    public bool CountIsEstimate { get; init; }

    /// <summary>The ten newest.</summary>
    public IReadOnlyList<Contact> Sample { get; init; } = [];

    static SegmentPreview IJsonModel<SegmentPreview>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<SegmentPreview>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Integer("count", Count);
        json.Flag("count_is_estimate", CountIsEstimate);
        json.Models("sample", Sample);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>The segment; a key without <c>read:contacts</c> gets <c>id</c> and the fields it sent.</summary>
[JsonConverter(typeof(ModelConverter<WrittenSegment>))]
public sealed class WrittenSegment : VersionedModel, IJsonModel<WrittenSegment>
{
    private static readonly MemberNames Names = new(
        "WrittenSegment", "id", "name", "filter", "count", "count_is_estimate", "created_at", "updated_at");

    /// <summary>Makes one, such as for a test.</summary>
    public WrittenSegment() { }

    [SetsRequiredMembers]
    private WrittenSegment(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: Name = members.Text(ref json); break;
                case 2: Filter = members.Model<Condition>(ref json); break;
                case 3: Count = members.Integer(ref json); break;
                case 4: CountIsEstimate = members.Flag(ref json); break;
                case 5: CreatedAt = members.Time(ref json); break;
                case 6: UpdatedAt = members.Time(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The segment's id.</summary>
    public required string Id { get; init; }

    /// <summary>What people call it.</summary>
    public string? Name { get; init; }

    /// <summary>What a contact must fulfil.</summary>
    public Condition? Filter { get; init; }

    /// <summary>
    /// Contacts in it now. Null if the filter does not fit the custom fields any more, or takes too long; in a list
    /// also if counting those before it took two seconds.
    /// </summary>
    public long? Count { get; init; }

    /// <summary>
    /// Whether <c>count</c> was estimated from a sample, because counting takes more than a second.
    /// </summary>
    public bool? CountIsEstimate { get; init; }

    /// <summary>When it was saved.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    static WrittenSegment IJsonModel<WrittenSegment>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<WrittenSegment>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Text("name", Name);
        json.Model("filter", Filter);
        json.Integer("count", Count);
        json.Flag("count_is_estimate", CountIsEstimate);
        json.Time("created_at", CreatedAt);
        json.Time("updated_at", UpdatedAt);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>A filter to try.</summary>
public sealed class FilterInput
{
    /// <summary>
    /// Such as <c>{"all": [{"field": "tag", "op": "is", "value": "vip"}]}</c>. Groups: all, any, not. Fields: tag
    /// stage score username email time_zone created_at last_in_at last_out_at last_read_at unanswered_since
    /// read_unanswered opted_out custom.&lt;key&gt;. Ops: is is_not contains starts_with in gt gte lt lte before
    /// after within_days exists.
    /// </summary>
    public required Condition Filter { get; set; }
}

/// <summary>What to change of a segment. What is left out stays as it is.</summary>
public sealed class SegmentChanges
{
    /// <summary>What people call it.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// Such as <c>{"all": [{"field": "tag", "op": "is", "value": "vip"}]}</c>. Groups: all, any, not. Fields: tag
    /// stage score username email time_zone created_at last_in_at last_out_at last_read_at unanswered_since
    /// read_unanswered opted_out custom.&lt;key&gt;. Ops: is is_not contains starts_with in gt gte lt lte before
    /// after within_days exists.
    /// </summary>
    public Condition? Filter { get; set; }
}

/// <summary>A segment to create.</summary>
public sealed class SegmentInput
{
    /// <summary>
    /// Such as <c>{"all": [{"field": "tag", "op": "is", "value": "vip"}]}</c>. Groups: all, any, not. Fields: tag
    /// stage score username email time_zone created_at last_in_at last_out_at last_read_at unanswered_since
    /// read_unanswered opted_out custom.&lt;key&gt;. Ops: is is_not contains starts_with in gt gte lt lte before
    /// after within_days exists.
    /// </summary>
    public required Condition Filter { get; set; }

    /// <summary>What people call it.</summary>
    public required string Name { get; set; }
}

/// <summary>
/// How a condition compares a field with its value. Values that this version does not know are kept.
/// </summary>
[JsonConverter(typeof(StringValueConverter<ConditionOperator>))]
public readonly record struct ConditionOperator : IStringValue<ConditionOperator>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public ConditionOperator(string value) => _value = value is "" ? null : value;

    /// <summary><c>is</c></summary>
    public static ConditionOperator Is { get; } = new("is");

    /// <summary><c>is_not</c></summary>
    public static ConditionOperator IsNot { get; } = new("is_not");

    /// <summary><c>contains</c></summary>
    public static ConditionOperator Contains { get; } = new("contains");

    /// <summary><c>starts_with</c></summary>
    public static ConditionOperator StartsWith { get; } = new("starts_with");

    /// <summary><c>in</c></summary>
    public static ConditionOperator In { get; } = new("in");

    /// <summary><c>gt</c></summary>
    public static ConditionOperator Gt { get; } = new("gt");

    /// <summary><c>gte</c></summary>
    public static ConditionOperator Gte { get; } = new("gte");

    /// <summary><c>lt</c></summary>
    public static ConditionOperator Lt { get; } = new("lt");

    /// <summary><c>lte</c></summary>
    public static ConditionOperator Lte { get; } = new("lte");

    /// <summary><c>before</c></summary>
    public static ConditionOperator Before { get; } = new("before");

    /// <summary><c>after</c></summary>
    public static ConditionOperator After { get; } = new("after");

    /// <summary><c>within_days</c></summary>
    public static ConditionOperator WithinDays { get; } = new("within_days");

    /// <summary><c>exists</c></summary>
    public static ConditionOperator Exists { get; } = new("exists");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<ConditionOperator>.Known =>
    [
        "is", "is_not", "contains", "starts_with", "in", "gt", "gte", "lt", "lte", "before", "after", "within_days",
        "exists",
    ];

    static ConditionOperator IStringValue<ConditionOperator>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator ConditionOperator(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

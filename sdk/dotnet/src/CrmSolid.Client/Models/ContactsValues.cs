using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>The stage of a contact. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<ContactStage>))]
public readonly record struct ContactStage(string Value) : IStringValue<ContactStage>
{
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

    static ContactStage IStringValue<ContactStage>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator ContactStage(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The order of contacts. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<ContactSort>))]
public readonly record struct ContactSort(string Value) : IStringValue<ContactSort>
{
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

    static ContactSort IStringValue<ContactSort>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator ContactSort(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The type of a custom field. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<CustomFieldType>))]
public readonly record struct CustomFieldType(string Value) : IStringValue<CustomFieldType>
{
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

    static CustomFieldType IStringValue<CustomFieldType>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator CustomFieldType(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The format of an export. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<ExportFormat>))]
public readonly record struct ExportFormat(string Value) : IStringValue<ExportFormat>
{
    /// <summary><c>csv</c></summary>
    public static ExportFormat Csv { get; } = new("csv");

    /// <summary><c>ndjson</c></summary>
    public static ExportFormat Ndjson { get; } = new("ndjson");

    static ExportFormat IStringValue<ExportFormat>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator ExportFormat(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>How a condition compares a field with its value. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<ConditionOperator>))]
public readonly record struct ConditionOperator(string Value) : IStringValue<ConditionOperator>
{
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

    static ConditionOperator IStringValue<ConditionOperator>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator ConditionOperator(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The length of the periods of a series. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<AnalyticsInterval>))]
public readonly record struct AnalyticsInterval(string Value) : IStringValue<AnalyticsInterval>
{
    /// <summary><c>day</c></summary>
    public static AnalyticsInterval Day { get; } = new("day");

    /// <summary><c>week</c></summary>
    public static AnalyticsInterval Week { get; } = new("week");

    /// <summary><c>month</c></summary>
    public static AnalyticsInterval Month { get; } = new("month");

    static AnalyticsInterval IStringValue<AnalyticsInterval>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator AnalyticsInterval(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>What a person wrote a message with. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<WrittenVia>))]
public readonly record struct WrittenVia(string Value) : IStringValue<WrittenVia>
{
    /// <summary><c>panel</c></summary>
    public static WrittenVia Panel { get; } = new("panel");

    /// <summary><c>rest</c></summary>
    public static WrittenVia Rest { get; } = new("rest");

    /// <summary><c>mcp</c></summary>
    public static WrittenVia Mcp { get; } = new("mcp");

    /// <summary><c>phone</c></summary>
    public static WrittenVia Phone { get; } = new("phone");

    /// <summary><c>command</c></summary>
    public static WrittenVia Command { get; } = new("command");

    /// <summary><c>system</c></summary>
    public static WrittenVia System { get; } = new("system");

    static WrittenVia IStringValue<WrittenVia>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator WrittenVia(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The state of a job. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<JobState>))]
public readonly record struct JobState(string Value) : IStringValue<JobState>
{
    /// <summary><c>queued</c></summary>
    public static JobState Queued { get; } = new("queued");

    /// <summary><c>running</c></summary>
    public static JobState Running { get; } = new("running");

    /// <summary><c>done</c></summary>
    public static JobState Done { get; } = new("done");

    /// <summary><c>failed</c></summary>
    public static JobState Failed { get; } = new("failed");

    /// <summary><c>canceled</c></summary>
    public static JobState Canceled { get; } = new("canceled");

    static JobState IStringValue<JobState>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator JobState(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

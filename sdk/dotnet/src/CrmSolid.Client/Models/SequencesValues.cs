using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>The status of a sequence. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<SequenceStatus>))]
public readonly record struct SequenceStatus(string Value) : IStringValue<SequenceStatus>
{
    /// <summary><c>draft</c></summary>
    public static SequenceStatus Draft { get; } = new("draft");

    /// <summary><c>active</c></summary>
    public static SequenceStatus Active { get; } = new("active");

    /// <summary><c>paused</c></summary>
    public static SequenceStatus Paused { get; } = new("paused");

    static SequenceStatus IStringValue<SequenceStatus>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator SequenceStatus(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The status of an enrollment. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<EnrollmentStatus>))]
public readonly record struct EnrollmentStatus(string Value) : IStringValue<EnrollmentStatus>
{
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

    static EnrollmentStatus IStringValue<EnrollmentStatus>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator EnrollmentStatus(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Why an enrollment waits, or why it has ended. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<EnrollmentReason>))]
public readonly record struct EnrollmentReason(string Value) : IStringValue<EnrollmentReason>
{
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

    static EnrollmentReason IStringValue<EnrollmentReason>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator EnrollmentReason(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Why a previewed step has no time or text. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<SequencePreviewReason>))]
public readonly record struct SequencePreviewReason(string Value) : IStringValue<SequencePreviewReason>
{
    /// <summary><c>condition</c></summary>
    public static SequencePreviewReason Condition { get; } = new("condition");

    /// <summary><c>missing_value</c></summary>
    public static SequencePreviewReason MissingValue { get; } = new("missing_value");

    static SequencePreviewReason IStringValue<SequencePreviewReason>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator SequencePreviewReason(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>
/// What happens to a contact for whom the condition of a step does not hold. Values that this version does not know
/// survive.
/// </summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<UnmetConditionAction>))]
public readonly record struct UnmetConditionAction(string Value) : IStringValue<UnmetConditionAction>
{
    /// <summary><c>skip</c></summary>
    public static UnmetConditionAction Skip { get; } = new("skip");

    /// <summary><c>stop</c></summary>
    public static UnmetConditionAction Stop { get; } = new("stop");

    static UnmetConditionAction IStringValue<UnmetConditionAction>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator UnmetConditionAction(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>
/// What happens to steps that became due during a pause. Values that this version does not know survive.
/// </summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<ResumeMode>))]
public readonly record struct ResumeMode(string Value) : IStringValue<ResumeMode>
{
    /// <summary><c>keep_dates</c></summary>
    public static ResumeMode KeepDates { get; } = new("keep_dates");

    /// <summary><c>restart_delay</c></summary>
    public static ResumeMode RestartDelay { get; } = new("restart_delay");

    /// <summary><c>only_active_time</c></summary>
    public static ResumeMode OnlyActiveTime { get; } = new("only_active_time");

    static ResumeMode IStringValue<ResumeMode>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator ResumeMode(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>What contacts do who are in a sequence when its next version is published.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<InFlight>))]
public readonly record struct InFlight(string Value) : IStringValue<InFlight>
{
    /// <summary><c>finish</c>: on the version that they began with.</summary>
    public static InFlight Finish { get; } = new("finish");

    /// <summary><c>move</c>: to the new version, where a step that they got is never sent again.</summary>
    public static InFlight Move { get; } = new("move");

    static InFlight IStringValue<InFlight>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator InFlight(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

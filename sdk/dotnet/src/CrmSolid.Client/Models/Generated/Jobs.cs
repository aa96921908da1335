// Written by tools/generate_dotnet.py from docs/openapi.json; do not edit.
using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>What a job does. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<JobKind>))]
public readonly record struct JobKind : IStringValue<JobKind>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public JobKind(string value) => _value = value is "" ? null : value;

    /// <summary><c>broadcast</c></summary>
    public static JobKind Broadcast { get; } = new("broadcast");

    /// <summary><c>contacts.bulk</c></summary>
    public static JobKind ContactsBulk { get; } = new("contacts.bulk");

    /// <summary><c>contacts.score</c></summary>
    public static JobKind ContactsScore { get; } = new("contacts.score");

    /// <summary><c>contacts.score_preview</c></summary>
    public static JobKind ContactsScorePreview { get; } = new("contacts.score_preview");

    /// <summary><c>contacts.tag_segment</c></summary>
    public static JobKind ContactsTagSegment { get; } = new("contacts.tag_segment");

    /// <summary><c>import</c></summary>
    public static JobKind Import { get; } = new("import");

    /// <summary><c>sequences.enroll</c></summary>
    public static JobKind SequencesEnroll { get; } = new("sequences.enroll");

    /// <summary><c>webhooks.replay</c></summary>
    public static JobKind WebhooksReplay { get; } = new("webhooks.replay");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<JobKind>.Known =>
    [
        "broadcast", "contacts.bulk", "contacts.score", "contacts.score_preview", "contacts.tag_segment", "import",
        "sequences.enroll", "webhooks.replay",
    ];

    static JobKind IStringValue<JobKind>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator JobKind(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The state of a job. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<JobState>))]
public readonly record struct JobState : IStringValue<JobState>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public JobState(string value) => _value = value is "" ? null : value;

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

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<JobState>.Known =>
    [
        "queued", "running", "done", "failed", "canceled",
    ];

    static JobState IStringValue<JobState>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator JobState(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

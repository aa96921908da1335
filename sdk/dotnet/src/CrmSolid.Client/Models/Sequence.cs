namespace CrmSolid.Client;

/// <summary>A series of messages, sent step by step.</summary>
public record Sequence : VersionedModel
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The status.</summary>
    public required SequenceStatus Status { get; init; }

    /// <summary>The number of its latest version, with which new contacts begin.</summary>
    public required int Version { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A sequence with the steps of its latest version.</summary>
public sealed record SequenceDetail : Sequence
{
    /// <summary>The accounts that send.</summary>
    public required IReadOnlyList<long> AccountIds { get; init; }

    /// <summary>For contacts without a time zone of their own.</summary>
    public required string TimeZone { get; init; }

    /// <summary>When steps may be sent; null for always.</summary>
    public required SendingWindow? Window { get; init; }

    /// <summary>ISO 8601. Each step is later by a random part of it.</summary>
    public required string Jitter { get; init; }

    /// <summary><c>reply</c>, <c>tag:NAME</c>, <c>stage:NAME</c>.</summary>
    public required IReadOnlyList<string> StopOn { get; init; }

    /// <summary>Whether automatic replies leave the sequence running.</summary>
    public required bool IgnoreAutoReplies { get; init; }

    /// <summary>Contacts who were not written to yet go to another account while theirs cannot send.</summary>
    public required bool PassOn { get; init; }

    /// <summary>The steps, in their order.</summary>
    public required IReadOnlyList<SequenceStep> Steps { get; init; }
}

/// <summary>One step of a sequence.</summary>
public sealed record SequenceStep : ApiModel
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>ISO 8601, since the step before or the enrollment.</summary>
    public required string Delay { get; init; }

    /// <summary>The text, with its variables.</summary>
    public required string Text { get; init; }

    /// <summary>How the text is written.</summary>
    public TextFormat Format { get; init; } = TextFormat.Plain;

    /// <summary>The ids of the files that go with it.</summary>
    public IReadOnlyList<string> Attachments { get; init; } = [];

    /// <summary>The step is for those for whom this holds.</summary>
    public required Condition? Condition { get; init; }

    /// <summary>For the others: skip the step, or stop.</summary>
    public required UnmetConditionAction IfNot { get; init; }
}

/// <summary>The weekdays and hours in which steps are sent.</summary>
public sealed record SendingWindow : ApiModel
{
    /// <summary><c>mon</c> to <c>sun</c>.</summary>
    public required IReadOnlyList<string> Days { get; init; }

    /// <summary>Such as <c>09:00</c>.</summary>
    public required string From { get; init; }

    /// <summary>Such as <c>18:00</c>, exclusive.</summary>
    public required string To { get; init; }
}

/// <summary>When each step of a sequence would be sent to a contact.</summary>
public sealed record SequencePreview : ApiModel
{
    /// <summary>The steps, in their order.</summary>
    public required IReadOnlyList<SequencePreviewStep> Steps { get; init; }
}

/// <summary>One step of a previewed sequence.</summary>
public sealed record SequencePreviewStep : ApiModel
{
    /// <summary>The id of the step.</summary>
    public required string Step { get; init; }

    /// <summary>Null for a step that would be left out.</summary>
    public required DateTimeOffset? PlannedAt { get; init; }

    /// <summary>
    /// <c>condition</c>: it does not hold. <c>missing_value</c>: the text has a variable without value and fallback, or
    /// the contact has neither username nor Telegram id.
    /// </summary>
    public required SequencePreviewReason? Reason { get; init; }

    /// <summary>
    /// Null without <c>read:contacts</c>, for a step that would be left out, and if a variable has no value.
    /// </summary>
    public required string? Text { get; init; }

    /// <summary>The text with its formatting, as HTML that is safe to show; null where it has none.</summary>
    public string? Html { get; init; }
}

/// <summary>One contact in one sequence.</summary>
public sealed record Enrollment : ApiModel
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>The sequence.</summary>
    public required string SequenceId { get; init; }

    /// <summary>The version of the sequence it is on.</summary>
    public required int Version { get; init; }

    /// <summary>Null once the contact was erased.</summary>
    public required string? ContactId { get; init; }

    /// <summary>The name of the contact; null if the key may not read contacts.</summary>
    public ContactName? Contact { get; init; }

    /// <summary>The status.</summary>
    public required EnrollmentStatus Status { get; init; }

    /// <summary>
    /// Why it waits, or why it has ended. Null once it is completed, while it is paused by itself, and while its
    /// message is on its way.
    /// </summary>
    public required EnrollmentReason? Reason { get; init; }

    /// <summary>The step that is sent next or now; null after the last.</summary>
    public required string? Step { get; init; }

    /// <summary>When the step is due, or tried again; null while its message is on its way.</summary>
    public required DateTimeOffset? NextRunAt { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset? EndedAt { get; init; }
}

using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>
/// What to write to a contact. What is left out stays as it is; null deletes a value where the type allows it.
/// </summary>
public sealed record ContactFields
{
    /// <summary>The Telegram username: <c>@name</c>, <c>name</c> or <c>https://t.me/name</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Username { get; init; }

    /// <summary>The e-mail address.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Email { get; init; }

    /// <summary>The name.</summary>
    public string? Name { get; init; }

    /// <summary>The first name; by default the first word of the name.</summary>
    public string? FirstName { get; init; }

    /// <summary>The last name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> LastName { get; init; }

    /// <summary>The telephone number.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Phone { get; init; }

    /// <summary>The IANA time zone, such as <c>Europe/Berlin</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> TimeZone { get; init; }

    /// <summary>The stage.</summary>
    public ContactStage? Stage { get; init; }

    /// <summary>Whether the contact wants no messages.</summary>
    public bool? OptedOut { get; init; }

    /// <summary>
    /// The tags. Creating a contact that is there already adds them; updating replaces what is there.
    /// </summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Custom fields by their keys: strings, numbers, booleans, or null to delete.</summary>
    public IReadOnlyDictionary<string, object?>? CustomFields { get; init; }
}

/// <summary>Who gets a broadcast: one of a segment, tags, or a list of contacts.</summary>
public sealed record Audience
{
    /// <summary>The contacts of a segment.</summary>
    public string? SegmentId { get; init; }

    /// <summary>Contacts that have all of these tags.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>These contacts.</summary>
    public IReadOnlyList<string>? ContactIds { get; init; }
}

/// <summary>Whom to enroll in a sequence: one of a segment, a filter, or a list of contacts.</summary>
public sealed record EnrollmentAudience
{
    /// <summary>Everybody in this segment.</summary>
    public string? SegmentId { get; init; }

    /// <summary>Everybody who meets it.</summary>
    public Condition? Filter { get; init; }

    /// <summary>These contacts, up to 1,000.</summary>
    public IReadOnlyList<string>? ContactIds { get; init; }
}

/// <summary>A broadcast to preview or to start.</summary>
public sealed record BroadcastDraft
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The text, with variables such as <c>{first_name}</c>; with files their caption, which may be left out.</summary>
    public string? Text { get; init; }

    /// <summary>How the text is written; by default plain.</summary>
    public TextFormat? Format { get; init; }

    /// <summary>The ids of files that go with the text (<see cref="FilesClient.UploadAsync"/>).</summary>
    public IReadOnlyList<string>? Attachments { get; init; }

    /// <summary>The accounts that send.</summary>
    public required IReadOnlyList<long> AccountIds { get; init; }

    /// <summary>Who gets it.</summary>
    public required Audience Audience { get; init; }

    /// <summary>When to start; by default at once.</summary>
    public DateTimeOffset? SendAt { get; init; }

    /// <summary>Messages an hour at most.</summary>
    public int? PerHour { get; init; }

    /// <summary>Leave out contacts who got another broadcast in the last days.</summary>
    public int? CooldownDays { get; init; }

    /// <summary>The hash of a preview: the start is refused if the audience has changed since.</summary>
    public string? AudienceHash { get; init; }
}

/// <summary>A message to send: to a username or Telegram id, or to a contact.</summary>
public sealed record MessageDraft
{
    /// <summary>The account that sends.</summary>
    public required long AccountId { get; init; }

    /// <summary><c>@name</c>, <c>name</c>, <c>https://t.me/name</c>, or the id of a Telegram user.</summary>
    public string? To { get; init; }

    /// <summary>The contact, in place of <see cref="To"/>.</summary>
    public string? ContactId { get; init; }

    /// <summary>The text, with variables such as <c>{first_name}</c>; with files their caption, which may be left out.</summary>
    public string? Text { get; init; }

    /// <summary>How the text is written; by default plain.</summary>
    public TextFormat? Format { get; init; }

    /// <summary>Whether Telegram shows a preview of an address in the text; by default it does.</summary>
    public bool? LinkPreview { get; init; }

    /// <summary>The ids of one to ten files (<see cref="FilesClient.UploadAsync"/>).</summary>
    public IReadOnlyList<string>? Attachments { get; init; }

    /// <summary>What the files are sent as; by default what they are.</summary>
    public SendAs? As { get; init; }

    /// <summary>The id of the message that this one quotes.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>The part of its text that is quoted; by default all of it.</summary>
    public string? Quote { get; init; }

    /// <summary>When to send it. By default at once.</summary>
    public DateTimeOffset? SendAt { get; init; }
}

/// <summary>What to change of a thread. What is left out stays as it is.</summary>
public sealed record ThreadChanges
{
    /// <summary>Closed: nothing remains to be done. Snoozed needs <see cref="SnoozedUntil"/>.</summary>
    public ThreadState? State { get; init; }

    /// <summary>Until when it is snoozed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<DateTimeOffset?> SnoozedUntil { get; init; }

    /// <summary>The id of a member who may write messages; null: nobody.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<int?> AssigneeId { get; init; }
}

/// <summary>What a sequence says.</summary>
public record SequenceFields
{
    /// <summary>The name. No two sequences have the same.</summary>
    public string? Name { get; init; }

    /// <summary>The accounts that send.</summary>
    public IReadOnlyList<long>? AccountIds { get; init; }

    /// <summary>For contacts without a time zone of their own; by default that of the workspace.</summary>
    public string? TimeZone { get; init; }

    /// <summary>When steps may be sent; null for always.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<SendingWindow?> Window { get; init; }

    /// <summary>ISO 8601. Each step is later by a random part of it.</summary>
    public string? Jitter { get; init; }

    /// <summary><c>reply</c>, <c>tag:NAME</c>, <c>stage:NAME</c>.</summary>
    public IReadOnlyList<string>? StopOn { get; init; }

    /// <summary>Whether automatic replies leave the sequence running.</summary>
    public bool? IgnoreAutoReplies { get; init; }

    /// <summary>Contacts who were not written to yet go to another account while theirs cannot send.</summary>
    public bool? PassOn { get; init; }

    /// <summary>The steps, in their order.</summary>
    public IReadOnlyList<StepFields>? Steps { get; init; }
}

/// <summary>A step of a sequence. A <see cref="SequenceStep"/> that was read converts to it.</summary>
public sealed record StepFields
{
    /// <summary>What the step keeps through all versions; by default that of the step which was at its place, or a new one.</summary>
    public string? Id { get; init; }

    /// <summary>ISO 8601, since the step before or the enrollment; by default none.</summary>
    public string? Delay { get; init; }

    /// <summary>The text, with variables such as <c>{first_name}</c>; with files their caption, which may be left out.</summary>
    public string? Text { get; init; }

    /// <summary>How the text is written; by default plain.</summary>
    public TextFormat? Format { get; init; }

    /// <summary>The ids of files that go with it (<see cref="FilesClient.UploadAsync"/>).</summary>
    public IReadOnlyList<string>? Attachments { get; init; }

    /// <summary>The step is for those for whom this holds; by default for everybody.</summary>
    public Condition? Condition { get; init; }

    /// <summary>For the others: skip the step (the default), or stop.</summary>
    public UnmetConditionAction? IfNot { get; init; }

    /// <summary>The step as it was read.</summary>
    /// <param name="step">The step.</param>
    public static implicit operator StepFields(SequenceStep step) => new()
    {
        Id = step.Id,
        Delay = step.Delay,
        Text = step.Text,
        Format = step.Format,
        Attachments = step.Attachments,
        Condition = step.Condition,
        IfNot = step.IfNot,
    };
}

/// <summary>What to change of a sequence, or what it says from now on.</summary>
public sealed record SequenceChanges : SequenceFields
{
    /// <summary>What contacts do who are in it. By default they finish on their version.</summary>
    public InFlight? InFlight { get; init; }
}

/// <summary>Tags to add and to remove.</summary>
public sealed class TagChanges
{
    /// <summary>Tags to add.</summary>
    public IReadOnlyList<string>? Add { get; init; }

    /// <summary>Tags to remove.</summary>
    public IReadOnlyList<string>? Remove { get; init; }
}

/// <summary>A new name of a tag.</summary>
public sealed class RenameTagInput
{
    /// <summary>The new name; that of another tag merges the two.</summary>
    public required string Name { get; init; }
}

/// <summary>Points to add to a score.</summary>
public sealed class PointsInput
{
    /// <summary>What to add, up to 100; below 0 to take off.</summary>
    public required int Points { get; init; }

    /// <summary>Why.</summary>
    public string? Note { get; init; }
}

/// <summary>A custom field to define.</summary>
public sealed class CustomFieldInput
{
    /// <summary>The name of the field in the API.</summary>
    public required string Key { get; init; }

    /// <summary>What the panel calls it.</summary>
    public required string Label { get; init; }

    /// <summary>The type.</summary>
    public required CustomFieldType Type { get; init; }

    /// <summary>For the type <c>choice</c>.</summary>
    public IReadOnlyList<string>? Choices { get; init; }
}

/// <summary>What to change of a custom field. What is left out stays as it is.</summary>
public sealed class CustomFieldChanges
{
    /// <summary>The new label.</summary>
    public string? Label { get; init; }

    /// <summary>Refused unless it is the type that the field has.</summary>
    public CustomFieldType? Type { get; init; }

    /// <summary>All choices that it shall have.</summary>
    public IReadOnlyList<string>? Choices { get; init; }
}

/// <summary>A new text of a message.</summary>
public sealed class EditMessageInput
{
    /// <summary>The new text.</summary>
    public required string Text { get; init; }

    /// <summary>How it is written; by default plain.</summary>
    public TextFormat? Format { get; init; }

    /// <summary>The new time of a message that is planned.</summary>
    public DateTimeOffset? SendAt { get; init; }
}

/// <summary>A reaction to a message.</summary>
public sealed class ReactionInput
{
    /// <summary>The emoji; null takes the reaction back.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Emoji { get; init; }
}

/// <summary>A note to write.</summary>
public sealed class NoteInput
{
    /// <summary>What it says; <c>@name</c> tells a member.</summary>
    public required string Text { get; init; }

    /// <summary>The thread with the contact that it belongs to.</summary>
    public string? ThreadId { get; init; }
}

/// <summary>What to change of a note.</summary>
public sealed class NoteChanges
{
    /// <summary>What it says from now on.</summary>
    public required string Text { get; init; }
}

/// <summary>A segment to create.</summary>
public sealed class SegmentInput
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>Who is in it.</summary>
    public required Condition Filter { get; init; }
}

/// <summary>What to change of a segment. What is left out stays as it is.</summary>
public sealed class SegmentChanges
{
    /// <summary>The new name.</summary>
    public string? Name { get; init; }

    /// <summary>Who is in it from now on.</summary>
    public Condition? Filter { get; init; }
}

/// <summary>A filter of contacts.</summary>
public sealed class FilterInput
{
    /// <summary>The filter.</summary>
    public required Condition Filter { get; init; }
}

/// <summary>How to resume.</summary>
public sealed class ResumeSequenceInput
{
    /// <summary>What happens to steps that became due meanwhile. By default they keep their dates.</summary>
    public ResumeMode? Mode { get; init; }
}

/// <summary>A template to keep.</summary>
public sealed class TemplateInput
{
    /// <summary>The name, which no other shared template has.</summary>
    public required string Name { get; init; }

    /// <summary>The text.</summary>
    public string? Text { get; init; }

    /// <summary>How the text is written; plain by default.</summary>
    public TextFormat? Format { get; init; }

    /// <summary>The ids of its files.</summary>
    public IReadOnlyList<string>? Attachments { get; init; }
}

/// <summary>What to change of a template. What is left out stays as it is.</summary>
public sealed class TemplateChanges
{
    /// <summary>The new name.</summary>
    public string? Name { get; init; }

    /// <summary>The new text.</summary>
    public string? Text { get; init; }

    /// <summary>How the text is written.</summary>
    public TextFormat? Format { get; init; }

    /// <summary>The ids of its files.</summary>
    public IReadOnlyList<string>? Attachments { get; init; }
}

/// <summary>A webhook to create.</summary>
public sealed class WebhookInput
{
    /// <summary>Where to post: an https address.</summary>
    public required string Url { get; init; }

    /// <summary>The types of events to deliver.</summary>
    public required IReadOnlyList<EventType> Events { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>Only events about these accounts, and those about none. By default of all.</summary>
    public IReadOnlyList<long>? AccountIds { get; init; }

    /// <summary>Headers that are sent too. Their values are never answered.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>A secret of your own. By default one is generated.</summary>
    public string? Secret { get; init; }
}

/// <summary>What to change of a webhook. What is left out stays as it is.</summary>
public sealed class WebhookChanges
{
    /// <summary>The new address.</summary>
    public string? Url { get; init; }

    /// <summary>The types of events to deliver from now on.</summary>
    public IReadOnlyList<EventType>? Events { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>Only events about these accounts, and those about none. Empty: of all.</summary>
    public IReadOnlyList<long>? AccountIds { get; init; }

    /// <summary>Headers to set, by their names; null removes one. Others stay.</summary>
    public IReadOnlyDictionary<string, string?>? Headers { get; init; }

    /// <summary>False cancels what is queued.</summary>
    public bool? Enabled { get; init; }
}

/// <summary>Of which time to deliver again.</summary>
public sealed class ReplayInput
{
    /// <summary>The beginning.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The end. By default now.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>How to replace a secret.</summary>
public sealed class RotateSecretInput
{
    /// <summary>A secret of your own. By default one is generated.</summary>
    public string? Secret { get; init; }

    /// <summary>For how many seconds both sign, 604,800 at most. The default is a day.</summary>
    public long? OverlapSeconds { get; init; }
}

internal sealed class SequenceContactInput
{
    public required string ContactId { get; init; }
}

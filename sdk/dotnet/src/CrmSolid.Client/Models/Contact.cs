using System.Text.Json;

namespace CrmSolid.Client;

/// <summary>A person.</summary>
public sealed record Contact : VersionedModel
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>The name.</summary>
    public string Name { get; init; } = "";

    /// <summary>The first name.</summary>
    public string FirstName { get; init; } = "";

    /// <summary>The last name.</summary>
    public string? LastName { get; init; }

    /// <summary>The Telegram username, without @.</summary>
    public string? Username { get; init; }

    /// <summary>The id of the Telegram user, once it is known.</summary>
    public long? TelegramId { get; init; }

    /// <summary>The e-mail address.</summary>
    public string? Email { get; init; }

    /// <summary>The telephone number.</summary>
    public string? Phone { get; init; }

    /// <summary>The IANA time zone.</summary>
    public string? TimeZone { get; init; }

    /// <summary>The tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The stage.</summary>
    public ContactStage Stage { get; init; }

    /// <summary>The score, 0 to 100.</summary>
    public int Score { get; init; }

    /// <summary>Whether the contact wants no messages.</summary>
    public bool OptedOut { get; init; }

    /// <summary>The custom fields, by their keys.</summary>
    public IReadOnlyDictionary<string, JsonElement> CustomFields { get; init; } =
        new Dictionary<string, JsonElement>();

    /// <summary>When the contact last wrote.</summary>
    public DateTimeOffset? LastInAt { get; init; }

    /// <summary>When the contact was last written to.</summary>
    public DateTimeOffset? LastOutAt { get; init; }

    /// <summary>When the first message was sent to the contact that none of theirs has followed.</summary>
    public DateTimeOffset? UnansweredSince { get; init; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>
/// A contact as a write answers it. With a key that may not read contacts, only the id and the fields that were sent
/// have values.
/// </summary>
public record WrittenContact : VersionedModel
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>The name.</summary>
    public string? Name { get; init; }

    /// <summary>The first name.</summary>
    public string? FirstName { get; init; }

    /// <summary>The last name.</summary>
    public string? LastName { get; init; }

    /// <summary>The Telegram username, without @.</summary>
    public string? Username { get; init; }

    /// <summary>The id of the Telegram user, once it is known.</summary>
    public long? TelegramId { get; init; }

    /// <summary>The e-mail address.</summary>
    public string? Email { get; init; }

    /// <summary>The telephone number.</summary>
    public string? Phone { get; init; }

    /// <summary>The IANA time zone.</summary>
    public string? TimeZone { get; init; }

    /// <summary>The tags.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>The stage.</summary>
    public ContactStage? Stage { get; init; }

    /// <summary>The score, 0 to 100.</summary>
    public int? Score { get; init; }

    /// <summary>Whether the contact wants no messages.</summary>
    public bool? OptedOut { get; init; }

    /// <summary>The custom fields, by their keys.</summary>
    public IReadOnlyDictionary<string, JsonElement>? CustomFields { get; init; }

    /// <summary>When the contact last wrote.</summary>
    public DateTimeOffset? LastInAt { get; init; }

    /// <summary>When the contact was last written to.</summary>
    public DateTimeOffset? LastOutAt { get; init; }

    /// <summary>When the first message was sent to the contact that none of theirs has followed.</summary>
    public DateTimeOffset? UnansweredSince { get; init; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }
}

/// <summary>The answer to creating or updating a contact.</summary>
public sealed record UpsertedContact : WrittenContact
{
    /// <summary>True if the contact is new, false if it was updated.</summary>
    public required bool Created { get; init; }
}

/// <summary>Everything that is kept on one person.</summary>
public sealed record PersonalData : ApiModel
{
    /// <summary>The contact.</summary>
    public required Contact Contact { get; init; }

    /// <summary>What was done to the contact.</summary>
    public required IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> AuditLog { get; init; }

    /// <summary>Segments, steps and the like whose conditions name the person.</summary>
    public required IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> NamedIn { get; init; }

    /// <summary>What accounts address the person by on Telegram.</summary>
    public required IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> TelegramAddresses { get; init; }

    /// <summary>The ledger of the score, oldest first.</summary>
    public required IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Scores { get; init; }

    /// <summary>Stages that it came to, oldest first.</summary>
    public required IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Stages { get; init; }

    /// <summary>What members noted, oldest first.</summary>
    public required IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Notes { get; init; }

    /// <summary>Oldest first, as GET answers them.</summary>
    public required IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Messages { get; init; }

    /// <summary>What members have begun to write to the person and not sent.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Drafts { get; init; } = [];

    /// <summary>Those of the messages, each once.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Files { get; init; } = [];

    /// <summary>In sequences, with the steps done.</summary>
    public required IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Enrollments { get; init; }

    /// <summary>Events about the person.</summary>
    public required IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Events { get; init; }

    /// <summary>To which webhooks they went.</summary>
    public required IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Deliveries { get; init; }

    /// <summary>Whose audience the person was in.</summary>
    public required IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Broadcasts { get; init; }

    /// <summary>Rows of imports about the person that failed.</summary>
    public required IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> FailedImports { get; init; }

    /// <summary>Answers that are kept for retries.</summary>
    public required IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> StoredAnswers { get; init; }
}

/// <summary>The score of a contact and a page of its changes.</summary>
public sealed record ContactScore : ApiModel
{
    /// <summary>The score, 0 to 100.</summary>
    public required int Score { get; init; }

    /// <summary>Newest first.</summary>
    public required IReadOnlyList<ScoreEntry> Data { get; init; }

    /// <summary>The cursor of the next page; null on the last.</summary>
    public required string? NextCursor { get; init; }
}

/// <summary>A tag. It exists for as long as a contact has it.</summary>
public sealed record Tag : VersionedModel
{
    /// <summary>The tag itself.</summary>
    public required string Name { get; init; }

    /// <summary>How many contacts have it; counting stops at 10,000.</summary>
    public required int Contacts { get; init; }

    /// <summary>Whether more contacts than that have it.</summary>
    public required bool ContactsIsMinimum { get; init; }
}

/// <summary>One change of a score.</summary>
public sealed record ScoreEntry : ApiModel
{
    /// <summary>Null for a change by hand.</summary>
    public required string? Rule { get; init; }

    /// <summary>How many points were added; negative if they were taken.</summary>
    public required int Points { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What happened, such as <c>tag vip</c>.</summary>
    public required string Cause { get; init; }
}

/// <summary>A custom field that the workspace defines for its contacts.</summary>
public sealed record CustomField : VersionedModel
{
    /// <summary>The name of the field in the API.</summary>
    public required string Key { get; init; }

    /// <summary>What the panel calls the field.</summary>
    public required string Label { get; init; }

    /// <summary>The type.</summary>
    public required CustomFieldType Type { get; init; }

    /// <summary>For type <c>choice</c>, else empty.</summary>
    public required IReadOnlyList<string> Choices { get; init; }
}

/// <summary>
/// A custom field as a write answers it. With a key that may not read contacts, only the key and the members that were
/// sent have values.
/// </summary>
public sealed record WrittenCustomField : VersionedModel
{
    /// <summary>The name of the field in the API.</summary>
    public required string Key { get; init; }

    /// <summary>What the panel calls the field.</summary>
    public string? Label { get; init; }

    /// <summary>The type.</summary>
    public CustomFieldType? Type { get; init; }

    /// <summary>For type <c>choice</c>, else empty.</summary>
    public IReadOnlyList<string>? Choices { get; init; }
}

namespace CrmSolid.Client;

/// <summary>A text that the workspace keeps for messages.</summary>
public sealed record Template : VersionedModel
{
    /// <summary>The id.</summary>
    public required long Id { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The text, in which variables stand.</summary>
    public required string Text { get; init; }

    /// <summary>How the text is written.</summary>
    public required TextFormat Format { get; init; }

    /// <summary>The ids of its files.</summary>
    public required IReadOnlyList<string> Attachments { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>
/// A template as a write answers it. With a key that may not read messages, only the id and the fields that were sent have
/// values.
/// </summary>
public sealed record WrittenTemplate : VersionedModel
{
    /// <summary>The id.</summary>
    public required long Id { get; init; }

    /// <summary>The name.</summary>
    public string? Name { get; init; }

    /// <summary>The text, in which variables stand.</summary>
    public string? Text { get; init; }

    /// <summary>How the text is written.</summary>
    public TextFormat? Format { get; init; }

    /// <summary>The ids of its files.</summary>
    public IReadOnlyList<string> Attachments { get; init; } = [];

    /// <summary>When it was created.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }
}

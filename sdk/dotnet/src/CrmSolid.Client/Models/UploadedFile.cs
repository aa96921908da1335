namespace CrmSolid.Client;

/// <summary>A file that was uploaded.</summary>
public sealed record UploadedFile : ApiModel
{
    /// <summary>The id, for <see cref="MessageDraft.Attachments"/>.</summary>
    public required string Id { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The media type that its content shows.</summary>
    public required string Type { get; init; }

    /// <summary>The size in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>The SHA-256 of the content, in hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>When it is deleted unless a message uses it; null once one does.</summary>
    public required DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>A file of a message.</summary>
public sealed record Attachment : ApiModel
{
    /// <summary>The id of the file (<see cref="FilesClient.ContentAsync"/>).</summary>
    public required string Id { get; init; }

    /// <summary>What it was sent as.</summary>
    public required FileKind Kind { get; init; }

    /// <summary>The name; empty if it has none.</summary>
    public required string Name { get; init; }

    /// <summary>The media type.</summary>
    public required string Type { get; init; }

    /// <summary>The size in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>The width in pixels, of a picture or a video.</summary>
    public required int? Width { get; init; }

    /// <summary>The height in pixels, of a picture or a video.</summary>
    public required int? Height { get; init; }

    /// <summary>The length in seconds, of what can be played.</summary>
    public required int? Duration { get; init; }

    /// <summary>The address of a small picture (<see cref="FilesClient.ThumbnailAsync"/>); null if there is none.</summary>
    public required string? Thumbnail { get; init; }

    /// <summary>The address of the content.</summary>
    public required string Url { get; init; }

    /// <summary>Whether the content is here.</summary>
    public required AttachmentState State { get; init; }

    /// <summary>When it was deleted at Telegram, by either side, alone or with its message; else null.</summary>
    public required DateTimeOffset? DeletedAt { get; init; }
}

/// <summary>A reaction to a message.</summary>
public sealed record Reaction : ApiModel
{
    /// <summary>The emoji.</summary>
    public required string Emoji { get; init; }

    /// <summary>Who reacted.</summary>
    public required ReactionBy By { get; init; }
}

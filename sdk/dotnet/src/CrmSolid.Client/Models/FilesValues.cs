using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>What a file is. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<FileKind>))]
public readonly record struct FileKind(string Value) : IStringValue<FileKind>
{
    /// <summary><c>photo</c></summary>
    public static FileKind Photo { get; } = new("photo");

    /// <summary><c>video</c></summary>
    public static FileKind Video { get; } = new("video");

    /// <summary><c>voice</c></summary>
    public static FileKind Voice { get; } = new("voice");

    /// <summary><c>video_note</c></summary>
    public static FileKind VideoNote { get; } = new("video_note");

    /// <summary><c>audio</c></summary>
    public static FileKind Audio { get; } = new("audio");

    /// <summary><c>document</c></summary>
    public static FileKind Document { get; } = new("document");

    /// <summary><c>sticker</c></summary>
    public static FileKind Sticker { get; } = new("sticker");

    /// <summary><c>animation</c></summary>
    public static FileKind Animation { get; } = new("animation");

    static FileKind IStringValue<FileKind>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator FileKind(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Whether the content of a file is here. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<AttachmentState>))]
public readonly record struct AttachmentState(string Value) : IStringValue<AttachmentState>
{
    /// <summary><c>stored</c></summary>
    public static AttachmentState Stored { get; } = new("stored");

    /// <summary><c>on_demand</c></summary>
    public static AttachmentState OnDemand { get; } = new("on_demand");

    /// <summary><c>too_large</c></summary>
    public static AttachmentState TooLarge { get; } = new("too_large");

    /// <summary><c>gone</c></summary>
    public static AttachmentState Gone { get; } = new("gone");

    static AttachmentState IStringValue<AttachmentState>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator AttachmentState(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>What files are sent as. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<SendAs>))]
public readonly record struct SendAs(string Value) : IStringValue<SendAs>
{
    /// <summary><c>auto</c></summary>
    public static SendAs Auto { get; } = new("auto");

    /// <summary><c>document</c></summary>
    public static SendAs Document { get; } = new("document");

    /// <summary><c>voice</c></summary>
    public static SendAs Voice { get; } = new("voice");

    static SendAs IStringValue<SendAs>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator SendAs(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Who reacted. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<ReactionBy>))]
public readonly record struct ReactionBy(string Value) : IStringValue<ReactionBy>
{
    /// <summary><c>contact</c></summary>
    public static ReactionBy Contact { get; } = new("contact");

    /// <summary><c>account</c></summary>
    public static ReactionBy Account { get; } = new("account");

    static ReactionBy IStringValue<ReactionBy>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator ReactionBy(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

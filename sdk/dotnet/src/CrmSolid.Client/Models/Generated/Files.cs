// Written by tools/generate_dotnet.py from docs/openapi.json; do not edit.
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>A file that was uploaded, until something uses it.</summary>
[JsonConverter(typeof(ModelConverter<UploadedFile>))]
public sealed class UploadedFile : ApiModel, IJsonModel<UploadedFile>
{
    private static readonly MemberNames Names = new(
        "UploadedFile", "id", "name", "type", "size", "sha256", "expires_at");

    /// <summary>Makes one, such as for a test.</summary>
    public UploadedFile() { }

    [SetsRequiredMembers]
    private UploadedFile(ref Utf8JsonReader json)
    {
        var members = new MemberReader(Names, ref json);
        while (members.Next(ref json))
        {
            switch (members.Index)
            {
                case 0: Id = members.Text(ref json); break;
                case 1: Name = members.Text(ref json); break;
                case 2: Type = members.Text(ref json); break;
                case 3: Size = members.Integer(ref json); break;
                case 4: Sha256 = members.Text(ref json); break;
                case 5: ExpiresAt = members.Time(ref json); break;
                default: Keep(members.Name, ref json); break;
            }
        }
        if (Id is null) throw members.Missing(0);
    }

    /// <summary>The file's id.</summary>
    public required string Id { get; init; }

    /// <summary>What the file is called.</summary>
    public string Name { get; init; } = "";

    /// <summary>The media type that the content shows.</summary>
    public string Type { get; init; } = "";

    /// <summary>Bytes.</summary>
    public long Size { get; init; }

    /// <summary>The SHA-256 of the content in hex.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>When the file is deleted unless something uses it by then; null once something does.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    static UploadedFile IJsonModel<UploadedFile>.Read(ref Utf8JsonReader json) => new(ref json);

    void IJsonModel<UploadedFile>.Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.Text("id", Id);
        json.Text("name", Name);
        json.Text("type", Type);
        json.Integer("size", Size);
        json.Text("sha256", Sha256);
        json.Time("expires_at", ExpiresAt);
        WriteKept(json);
        json.WriteEndObject();
    }
}

/// <summary>Whether the content of a file is here. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<AttachmentState>))]
public readonly record struct AttachmentState : IStringValue<AttachmentState>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public AttachmentState(string value) => _value = value is "" ? null : value;

    /// <summary><c>stored</c></summary>
    public static AttachmentState Stored { get; } = new("stored");

    /// <summary><c>on_demand</c></summary>
    public static AttachmentState OnDemand { get; } = new("on_demand");

    /// <summary><c>too_large</c></summary>
    public static AttachmentState TooLarge { get; } = new("too_large");

    /// <summary><c>gone</c></summary>
    public static AttachmentState Gone { get; } = new("gone");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<AttachmentState>.Known =>
    [
        "stored", "on_demand", "too_large", "gone",
    ];

    static AttachmentState IStringValue<AttachmentState>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator AttachmentState(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

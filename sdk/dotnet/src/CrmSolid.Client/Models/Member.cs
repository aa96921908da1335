using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>Somebody who works in the workspace.</summary>
public sealed record Member : ApiModel
{
    /// <summary>The id of the person, the same in all workspaces.</summary>
    public required int Id { get; init; }

    /// <summary>The name; without one, what is before the @ of the e-mail address.</summary>
    public required string Name { get; init; }

    /// <summary>What the member may do.</summary>
    public required MemberRole Role { get; init; }

    /// <summary>Whether the queue gives the member conversations.</summary>
    public required bool OnDuty { get; init; }
}

/// <summary>What a member may do. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<MemberRole>))]
public readonly record struct MemberRole(string Value) : IStringValue<MemberRole>
{
    /// <summary><c>viewer</c></summary>
    public static MemberRole Viewer { get; } = new("viewer");

    /// <summary><c>agent</c></summary>
    public static MemberRole Agent { get; } = new("agent");

    /// <summary><c>admin</c></summary>
    public static MemberRole Admin { get; } = new("admin");

    /// <summary><c>owner</c></summary>
    public static MemberRole Owner { get; } = new("owner");

    static MemberRole IStringValue<MemberRole>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator MemberRole(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

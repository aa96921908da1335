using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>
/// What all answers of the API have in common. A member that an answer lacks, or that is null although the API does not
/// say so, is null, empty or the default of its type; only an id must be there.
/// </summary>
public abstract class ApiModel
{
    /// <summary>Members of the answer that this version of the client does not know; empty if there are none.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, JsonElement> AdditionalProperties
    {
        get => Kept ?? (IReadOnlyDictionary<string, JsonElement>)ReadOnlyDictionary<string, JsonElement>.Empty;
        init => Kept = new(value);
    }

    /// <summary>
    /// Status, headers, request id and ETag of the answer that it came in. Null for an object inside of another.
    /// </summary>
    [JsonIgnore]
    public ResponseInfo? Response { get; internal set; }

    /// <summary>The same; null if there are none.</summary>
    internal Dictionary<string, JsonElement>? Kept { get; set; }

    /// <summary>Keeps a member that is not known. The reader is at its value.</summary>
    internal void Keep(string name, ref Utf8JsonReader json) => (Kept ??= [])[name] = JsonElement.ParseValue(ref json);

    /// <summary>Writes the members that are not known.</summary>
    internal void WriteKept(Utf8JsonWriter json)
    {
        foreach (var (name, value) in Kept ?? [])
        {
            json.WritePropertyName(name);
            value.WriteTo(json);
        }
    }
}

/// <summary>
/// An object whose version can be quoted, so that a write fails if somebody else has changed it since.
/// </summary>
public abstract class VersionedModel : ApiModel
{
    /// <summary>The version as it was read: pass it as <c>ifMatch</c>. Null if the answer had none.</summary>
    [JsonIgnore]
    public string? ETag { get; set; }
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>What all answers of the API have in common.</summary>
public abstract record ApiModel
{
    /// <summary>
    /// Members of the answer that this version of the client does not know. They take no part in equality and
    /// <see cref="ToString"/>.
    /// </summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement> AdditionalProperties { get; set; } = new Dictionary<string, JsonElement>();

    /// <summary>
    /// Status, headers, request id and ETag of the answer that it came in. Null for an object inside of another.
    /// </summary>
    [JsonIgnore]
    public ResponseInfo? Response { get; internal set; }

    /// <summary>Whether the other one is of the same type; derived records compare their properties too.</summary>
    public virtual bool Equals(ApiModel? other) => other is not null && EqualityContract == other.EqualityContract;

    /// <inheritdoc/>
    public override int GetHashCode() => EqualityContract.GetHashCode();

    /// <summary>Writes no property; derived records write theirs.</summary>
    protected virtual bool PrintMembers(StringBuilder builder) => false;
}

/// <summary>
/// An object whose version can be quoted, so that a write fails if somebody else has changed it since.
/// </summary>
public abstract record VersionedModel : ApiModel
{
    /// <summary>The version as it was read: pass it as <c>ifMatch</c>. Null if the answer had none.</summary>
    [JsonIgnore]
    public string? ETag { get; set; }
}

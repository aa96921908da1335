// Written by tools/generate_dotnet.py from docs/openapi.json; do not edit.
using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>The status of a proposal. Values that this version does not know are kept.</summary>
[JsonConverter(typeof(StringValueConverter<ProposalStatus>))]
public readonly record struct ProposalStatus : IStringValue<ProposalStatus>
{
    private readonly string? _value;

    /// <summary>Makes a value, also one that is not listed.</summary>
    /// <param name="value">As the API writes it.</param>
    public ProposalStatus(string value) => _value = value is "" ? null : value;

    /// <summary><c>pending</c></summary>
    public static ProposalStatus Pending { get; } = new("pending");

    /// <summary><c>approved</c></summary>
    public static ProposalStatus Approved { get; } = new("approved");

    /// <summary><c>rejected</c></summary>
    public static ProposalStatus Rejected { get; } = new("rejected");

    /// <summary><c>expired</c></summary>
    public static ProposalStatus Expired { get; } = new("expired");

    /// <summary><c>stale</c></summary>
    public static ProposalStatus Stale { get; } = new("stale");

    /// <summary><c>failed</c></summary>
    public static ProposalStatus Failed { get; } = new("failed");

    /// <summary>As the API writes it; empty if the answer had none.</summary>
    public string Value => _value ?? "";

    static string[] IStringValue<ProposalStatus>.Known =>
    [
        "pending", "approved", "rejected", "expired", "stale", "failed",
    ];

    static ProposalStatus IStringValue<ProposalStatus>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator ProposalStatus(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

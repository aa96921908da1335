using System.Text.Json;

namespace CrmSolid.Client;

/// <summary>A saved filter of contacts.</summary>
public sealed record Segment : VersionedModel
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The filter.</summary>
    public required Condition Filter { get; init; }

    /// <summary>
    /// Contacts in it now. Null if the filter does not fit the custom fields any more, or takes too long; in a list also
    /// if counting those before it took two seconds.
    /// </summary>
    public required int? Count { get; init; }

    /// <summary>Whether the count was estimated from a sample, because counting takes more than a second.</summary>
    public required bool CountIsEstimate { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>
/// A segment as a write answers it. With a key that may not read contacts, only the id and the fields that were sent
/// have values.
/// </summary>
public sealed record WrittenSegment : VersionedModel
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>The name.</summary>
    public string? Name { get; init; }

    /// <summary>The filter.</summary>
    public Condition? Filter { get; init; }

    /// <summary>
    /// Contacts in it now. Null if the filter does not fit the custom fields any more, or takes too long; in a list also
    /// if counting those before it took two seconds.
    /// </summary>
    public int? Count { get; init; }

    /// <summary>Whether the count was estimated from a sample, because counting takes more than a second.</summary>
    public bool? CountIsEstimate { get; init; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }
}

/// <summary>Who a filter finds.</summary>
public sealed record SegmentPreview : ApiModel
{
    /// <summary>How many contacts the filter finds.</summary>
    public required int Count { get; init; }

    /// <summary>Whether the count was estimated from a sample, because counting takes more than a second.</summary>
    public required bool CountIsEstimate { get; init; }

    /// <summary>The ten newest.</summary>
    public required IReadOnlyList<Contact> Sample { get; init; }
}

/// <summary>Why a contact is in a segment, or is not.</summary>
public sealed record SegmentExplanation : ApiModel
{
    /// <summary>The contact.</summary>
    public required string ContactId { get; init; }

    /// <summary>The name of the contact.</summary>
    public ContactName? Contact { get; init; }

    /// <summary>Whether the contact is in the segment.</summary>
    public required bool Matches { get; init; }

    /// <summary>Each condition of the filter.</summary>
    public required IReadOnlyList<SegmentLeaf> Leaves { get; init; }
}

/// <summary>One condition of a segment, compared with one contact.</summary>
public sealed record SegmentLeaf : ApiModel
{
    /// <summary>Where it stands in the filter, such as <c>all[1].any[0]</c>; empty for the whole.</summary>
    public required string Path { get; init; }

    /// <summary>The field.</summary>
    public required string Field { get; init; }

    /// <summary>The operator.</summary>
    public required string Op { get; init; }

    /// <summary>What it compares with.</summary>
    public required JsonElement Value { get; init; }

    /// <summary>What the contact has; null if there is no value.</summary>
    public required JsonElement Actual { get; init; }

    /// <summary>Whether the condition holds.</summary>
    public required bool Holds { get; init; }
}

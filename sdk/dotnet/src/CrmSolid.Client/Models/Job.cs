using System.Text.Json;

namespace CrmSolid.Client;

/// <summary>Long work that goes on after the request.</summary>
public sealed record Job : ApiModel
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>Such as <c>broadcast</c> or <c>import</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>What it works on, such as a broadcast.</summary>
    public required string? ObjectId { get; init; }

    /// <summary>The state.</summary>
    public required JobState State { get; init; }

    /// <summary>How much is done.</summary>
    public required int Done { get; init; }

    /// <summary>How much there is to do, once it is known.</summary>
    public required int? Total { get; init; }

    /// <summary>What came of it; the members depend on the kind.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Result { get; init; }

    /// <summary>What went wrong, by row.</summary>
    public required IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Errors { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Who began it; null for the product itself.</summary>
    public Author? Author { get; init; }
}

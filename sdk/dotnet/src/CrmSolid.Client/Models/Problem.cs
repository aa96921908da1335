namespace CrmSolid.Client;

/// <summary>A refusal as the API describes it (RFC 9457).</summary>
public sealed record Problem : ApiModel
{
    /// <summary>An address that explains the code.</summary>
    public required string Type { get; init; }

    /// <summary>A short name of the code.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What is wrong with this request, and what to do.</summary>
    public required string Detail { get; init; }

    /// <summary>The stable code to branch on.</summary>
    public required ErrorCode Code { get; init; }

    /// <summary>The path that was asked.</summary>
    public required string Instance { get; init; }

    /// <summary>The id of the request; null if something before the API answered.</summary>
    public required string? RequestId { get; init; }

    /// <summary>The scope that the key needs, if one is missing.</summary>
    public Scope? RequiredScope { get; init; }

    /// <summary>What is wrong, by field; empty unless fields are wrong.</summary>
    public IReadOnlyList<FieldProblem> Errors { get; init; } = [];
}

/// <summary>What is wrong with one field.</summary>
public sealed record FieldProblem : ApiModel
{
    /// <summary>The path of the part that is wrong, such as <c>filter.all[0].value</c>.</summary>
    public required string Field { get; init; }

    /// <summary>A stable code, such as <c>required</c>.</summary>
    public required string Code { get; init; }

    /// <summary>What is wrong.</summary>
    public required string Detail { get; init; }
}

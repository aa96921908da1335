namespace CrmSolid.Client;

/// <summary>What the key may do, and in which workspace.</summary>
public sealed record Me : ApiModel
{
    /// <summary>The key.</summary>
    public required ApiKey Key { get; init; }

    /// <summary>What the key may do.</summary>
    public required IReadOnlyList<Scope> Scopes { get; init; }

    /// <summary>The workspace.</summary>
    public required Workspace Workspace { get; init; }

    /// <summary>Live or test.</summary>
    public required WorkspaceMode Mode { get; init; }

    /// <summary>The plan of the workspace.</summary>
    public required Plan Plan { get; init; }
}

/// <summary>The key that made the request.</summary>
public sealed record ApiKey : ApiModel
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The visible beginning of the token.</summary>
    public required string Prefix { get; init; }

    /// <summary>When the key expires, if it does.</summary>
    public required DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Requests a minute.</summary>
    public required int RateLimit { get; init; }
}

/// <summary>The workspace that the key belongs to.</summary>
public sealed record Workspace : ApiModel
{
    /// <summary>The short name in addresses and commands.</summary>
    public required string Slug { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>Its days are those of analytics.</summary>
    public required string TimeZone { get; init; }
}

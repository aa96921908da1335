namespace CrmSolid.Client;

/// <summary>A Telegram account of the workspace, or its sandbox.</summary>
public sealed record Account : ApiModel
{
    /// <summary>The id.</summary>
    public required long Id { get; init; }

    /// <summary>The name in the panel.</summary>
    public required string Name { get; init; }

    /// <summary>The kind.</summary>
    public required AccountKind Kind { get; init; }

    /// <summary>The state.</summary>
    public required AccountState State { get; init; }

    /// <summary>When a paused account goes on.</summary>
    public required DateTimeOffset? PausedUntil { get; init; }

    /// <summary>How many messages the account may send in 24 hours.</summary>
    public required int DailyLimit { get; init; }

    /// <summary>Sends in the last 24 hours.</summary>
    public required int UsedToday { get; init; }

    /// <summary>How many more may be sent now.</summary>
    public required int LeftToday { get; init; }
}

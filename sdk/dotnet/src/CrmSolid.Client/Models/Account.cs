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

    /// <summary>Since when the account is connected to Telegram.</summary>
    public required DateTimeOffset? ConnectedAt { get; init; }

    /// <summary>When Telegram last reported an update, or that there is none.</summary>
    public required DateTimeOffset? HeardAt { get; init; }

    /// <summary>The latest error that concerned the account as a whole.</summary>
    public required AccountError? LastError { get; init; }

    /// <summary>When Telegram deletes a frozen account.</summary>
    public required DateTimeOffset? FrozenUntil { get; init; }

    /// <summary>Where to appeal against a freeze.</summary>
    public required string? AppealUrl { get; init; }
}

/// <summary>An error that concerned an account as a whole.</summary>
public sealed record AccountError : ApiModel
{
    /// <summary>The code, which is stable.</summary>
    public required string Code { get; init; }

    /// <summary>What happened, in words.</summary>
    public required string Message { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
}

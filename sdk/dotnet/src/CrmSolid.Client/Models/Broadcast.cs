namespace CrmSolid.Client;

/// <summary>One text to many contacts.</summary>
public sealed record Broadcast : ApiModel
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The status.</summary>
    public required BroadcastStatus Status { get; init; }

    /// <summary>Why it was canceled if nobody did that, such as <c>audience_changed</c>.</summary>
    public required string? Reason { get; init; }

    /// <summary>The text, with its variables.</summary>
    public required string Text { get; init; }

    /// <summary>How the text is written.</summary>
    public TextFormat Format { get; init; } = TextFormat.Plain;

    /// <summary>The ids of the files that go with it.</summary>
    public IReadOnlyList<string> Attachments { get; init; } = [];

    /// <summary>The accounts that send.</summary>
    public required IReadOnlyList<long> AccountIds { get; init; }

    /// <summary>The segment that is the audience, if it is one.</summary>
    public required string? SegmentId { get; init; }

    /// <summary>Recipients by status.</summary>
    public required BroadcastCounts Counts { get; init; }

    /// <summary>Why nothing is sent at this moment.</summary>
    public required BroadcastWaitReason? WaitingFor { get; init; }

    /// <summary>When it was told to start; null for at once.</summary>
    public required DateTimeOffset? SendAt { get; init; }

    /// <summary>The limit an hour, if there is one.</summary>
    public required int? PerHour { get; init; }

    /// <summary>Contacts who got another broadcast in these days are left out.</summary>
    public required int? CooldownDays { get; init; }

    /// <summary>The hash that the start quoted.</summary>
    public required string? AudienceHash { get; init; }

    /// <summary>The job that works on it: <c>GET /v1/jobs/{id}</c>.</summary>
    public required string? JobId { get; init; }

    /// <summary>When it starts or started.</summary>
    public required DateTimeOffset? StartsAt { get; init; }

    /// <summary>An estimate; once it has ended, when it did.</summary>
    public required DateTimeOffset? FinishesAt { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>How many recipients of a broadcast have which status.</summary>
public sealed record BroadcastCounts : ApiModel
{
    /// <summary>Not sent yet.</summary>
    public required int Pending { get; init; }

    /// <summary>Sent.</summary>
    public required int Sent { get; init; }

    /// <summary>Not sent, for a reason.</summary>
    public required int Failed { get; init; }

    /// <summary>Left out, such as contacts that opted out.</summary>
    public required int Skipped { get; init; }

    /// <summary>Nobody knows yet whether their message arrived: the history at Telegram will tell.</summary>
    public required int NeedsAttention { get; init; }

    /// <summary>Canceled before they were sent.</summary>
    public required int Canceled { get; init; }
}

/// <summary>What a broadcast would do; nothing is stored or sent.</summary>
public sealed record BroadcastPreview : ApiModel
{
    /// <summary>Everybody in the audience: <c>eligible</c> and all <c>excluded</c> together.</summary>
    public required int Total { get; init; }

    /// <summary>How many would get the message.</summary>
    public required int Eligible { get; init; }

    /// <summary>How many, by reason.</summary>
    public required IReadOnlyDictionary<string, int> Excluded { get; init; }

    /// <summary>The first ten who would get the message.</summary>
    public required IReadOnlyList<BroadcastSample> Sample { get; init; }

    /// <summary>Start with it to send to exactly these people.</summary>
    public required string AudienceHash { get; init; }

    /// <summary>An estimate; null if no account can send.</summary>
    public required DateTimeOffset? FinishesAt { get; init; }
}

/// <summary>One recipient of a previewed broadcast.</summary>
public sealed record BroadcastSample : ApiModel
{
    /// <summary>The contact.</summary>
    public required string ContactId { get; init; }

    /// <summary>The name of the contact; null if the key may not read contacts.</summary>
    public ContactName? Contact { get; init; }

    /// <summary>As this person gets it; null without <c>read:contacts</c>.</summary>
    public required string? Text { get; init; }

    /// <summary>The text with its formatting, as HTML that is safe to show; null where it has none.</summary>
    public string? Html { get; init; }
}

/// <summary>One contact of a broadcast.</summary>
public sealed record BroadcastRecipient : ApiModel
{
    /// <summary>Null once the contact was erased.</summary>
    public required string? ContactId { get; init; }

    /// <summary>The name of the contact; null if the key may not read contacts.</summary>
    public ContactName? Contact { get; init; }

    /// <summary>The message, once there is one.</summary>
    public required string? MessageId { get; init; }

    /// <summary>The account that sends or receives.</summary>
    public required long? AccountId { get; init; }

    /// <summary>The name of the account.</summary>
    public AccountName? Account { get; init; }

    /// <summary>The status.</summary>
    public required RecipientStatus Status { get; init; }

    /// <summary>Why they were skipped, or why their message failed.</summary>
    public required string? Reason { get; init; }

    /// <summary>When the status became final.</summary>
    public required DateTimeOffset? SettledAt { get; init; }
}

namespace CrmSolid.Client;

/// <summary>What a member, a key or an assistant wrote down about a contact. Nothing of it is sent to anybody.</summary>
public sealed record Note : VersionedModel
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>What it says.</summary>
    public required string Text { get; init; }

    /// <summary>A member, a key or an assistant; null where it is not known.</summary>
    public required Author? Author { get; init; }

    /// <summary>The contact.</summary>
    public required string ContactId { get; init; }

    /// <summary>The name of the contact; null if the key may not read contacts.</summary>
    public ContactName? Contact { get; init; }

    /// <summary>The thread that it was written in, if any.</summary>
    public required string? ThreadId { get; init; }

    /// <summary>When it was written.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its text was changed last, if it was.</summary>
    public required DateTimeOffset? EditedAt { get; init; }

    /// <summary>The members whom <c>@name</c> in the text means.</summary>
    public required IReadOnlyList<MemberName> Mentions { get; init; }
}

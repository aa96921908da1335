using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>An event as it is posted to webhooks and streamed.</summary>
public record WebhookEvent : ApiModel
{
    /// <summary>The type.</summary>
    [JsonPropertyName("event")]
    public required EventType Type { get; init; }

    /// <summary>The id: the same on every retry and replay.</summary>
    public required string Id { get; init; }

    /// <summary>When it was published.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who caused it; null for the product, for people on Telegram, and in older events.</summary>
    public Author? Actor { get; init; }

    /// <summary>What it is about.</summary>
    public required EventData Data { get; init; }
}

/// <summary>An event of the log.</summary>
public sealed record Event : WebhookEvent
{
    /// <summary>The <c>X-Request-Id</c> of the call that caused it, if a call did.</summary>
    public string? RequestId { get; init; }
}

/// <summary>
/// What an event is about. Which members have values depends on its type; other members are in
/// <see cref="ApiModel.AdditionalProperties"/>.
/// </summary>
public sealed record EventData : ApiModel
{
    /// <summary>The contact; of one that was erased only the id.</summary>
    public Contact? Contact { get; init; }

    /// <summary>The fields that were changed, custom fields as <c>custom_fields.key</c>.</summary>
    public IReadOnlyDictionary<string, ChangedValue>? Changed { get; init; }

    /// <summary>The stage before.</summary>
    public ContactStage? OldStage { get; init; }

    /// <summary>The stage now.</summary>
    public ContactStage? NewStage { get; init; }

    /// <summary>Where the stage was changed.</summary>
    public string? Cause { get; init; }

    /// <summary>The tags that were added.</summary>
    public IReadOnlyList<string>? Added { get; init; }

    /// <summary>The score before.</summary>
    public int? OldScore { get; init; }

    /// <summary>The score now.</summary>
    public int? NewScore { get; init; }

    /// <summary>The rules that changed the score.</summary>
    public IReadOnlyList<string>? Rules { get; init; }

    /// <summary>The message that was sent or received, or that failed.</summary>
    public Message? Message { get; init; }

    /// <summary>The conversation that was assigned, closed or reopened.</summary>
    public MessageThread? Thread { get; init; }

    /// <summary>Who looked after the conversation before; null for nobody.</summary>
    public MemberName? OldAssignee { get; init; }

    /// <summary>Who looks after the conversation now; null for nobody.</summary>
    public MemberName? NewAssignee { get; init; }

    /// <summary>The broadcast that was started or completed.</summary>
    public Broadcast? Broadcast { get; init; }

    /// <summary>The account whose state has changed.</summary>
    public Account? Account { get; init; }

    /// <summary>The state of the account before.</summary>
    public AccountState? OldState { get; init; }

    /// <summary>The state of the account now.</summary>
    public AccountState? NewState { get; init; }

    /// <summary>The sequence that was started, paused or completed.</summary>
    public Sequence? Sequence { get; init; }

    /// <summary>The enrollment; null if the whole sequence was paused.</summary>
    public Enrollment? Enrollment { get; init; }

    /// <summary>The job that ended.</summary>
    public Job? Job { get; init; }

    /// <summary>The plan before.</summary>
    public Plan? OldPlan { get; init; }

    /// <summary>The plan now.</summary>
    public Plan? Plan { get; init; }
}

/// <summary>A value that was changed; null where there was none.</summary>
public sealed record ChangedValue : ApiModel
{
    /// <summary>The value before.</summary>
    public JsonElement? Old { get; init; }

    /// <summary>The value now.</summary>
    public JsonElement? New { get; init; }
}

/// <summary>An event of the stream of messages.</summary>
/// <param name="Id">Its position in the stream: start with it to go on right after the event.</param>
/// <param name="Event">The event.</param>
public sealed record StreamedEvent(string Id, WebhookEvent Event);

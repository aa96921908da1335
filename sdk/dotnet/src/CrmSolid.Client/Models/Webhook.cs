using System.Text;
using System.Text.Json;

namespace CrmSolid.Client;

/// <summary>An endpoint that events are delivered to.</summary>
public record Webhook : VersionedModel
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>The address.</summary>
    public required string Url { get; init; }

    /// <summary>The types of events that are delivered here; <c>contact.*</c> and <c>*</c> are possible too.</summary>
    public required IReadOnlyList<EventType> Events { get; init; }

    /// <summary>What it is for.</summary>
    public string Description { get; init; } = "";

    /// <summary>The accounts whose events are delivered. Empty: all.</summary>
    public IReadOnlyList<long> AccountIds { get; init; } = [];

    /// <summary>The names of the headers that are sent too.</summary>
    public IReadOnlyList<string> HeaderNames { get; init; } = [];

    /// <summary>Whether events are delivered.</summary>
    public required bool Enabled { get; init; }

    /// <summary>Why it is disabled.</summary>
    public required WebhookDisabledReason? DisabledReason { get; init; }

    /// <summary>When it was disabled.</summary>
    public required DateTimeOffset? DisabledAt { get; init; }

    /// <summary>Since when every attempt has failed.</summary>
    public required DateTimeOffset? FailingSince { get; init; }

    /// <summary>Until when the secret before the last rotation signs too.</summary>
    public required DateTimeOffset? PreviousSecretUntil { get; init; }

    /// <summary>With which of the two secrets the receiver verified last.</summary>
    public required SigningSecret? VerifiedWith { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A webhook with its secret, which is shown this once.</summary>
public sealed record IssuedWebhook : Webhook
{
    /// <summary>The signing secret. Null if you chose it yourself. Not part of <see cref="object.ToString"/>.</summary>
    public string? Secret { get; init; }

    /// <summary>Writes whether there is a secret, not the secret.</summary>
    protected override bool PrintMembers(StringBuilder builder)
    {
        base.PrintMembers(builder);
        builder.Append(Secret is null ? ", Secret = null" : ", Secret = ***");
        return true;
    }
}

/// <summary>One event on its way to one webhook.</summary>
public record Delivery : ApiModel
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>The webhook.</summary>
    public required string EndpointId { get; init; }

    /// <summary>The event.</summary>
    public required string EventId { get; init; }

    /// <summary>The type of the event.</summary>
    public required EventType Event { get; init; }

    /// <summary>The status.</summary>
    public required DeliveryStatus Status { get; init; }

    /// <summary>Why it was canceled or given up, or null.</summary>
    public required string? Reason { get; init; }

    /// <summary>How many attempts were made.</summary>
    public required int Attempts { get; init; }

    /// <summary>The <c>X-Request-Id</c> of the call that caused the event, if a call did.</summary>
    public required string? RequestId { get; init; }

    /// <summary>When the next attempt is due.</summary>
    public required DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A delivery with its body and all attempts.</summary>
public sealed record DeliveryDetail : Delivery
{
    /// <summary>What is posted; null once the event was erased.</summary>
    public required string? Body { get; init; }

    /// <summary>All attempts, oldest first.</summary>
    public required IReadOnlyList<DeliveryAttempt> AttemptLog { get; init; }
}

/// <summary>One attempt to deliver an event.</summary>
public sealed record DeliveryAttempt : ApiModel
{
    /// <summary>1 for the first attempt.</summary>
    public required int Number { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The HTTP status; null if there was no answer.</summary>
    public required int? Status { get; init; }

    /// <summary>What went wrong, or null.</summary>
    public required string? Error { get; init; }

    /// <summary>Milliseconds from connecting to the end of the answer.</summary>
    public required int DurationMs { get; init; }

    /// <summary>What was posted.</summary>
    public required DeliveryRequest Request { get; init; }

    /// <summary>What the receiver answered.</summary>
    public required DeliveryAnswer Answer { get; init; }
}

/// <summary>What was posted to a receiver.</summary>
public sealed record DeliveryRequest : ApiModel
{
    /// <summary>The address.</summary>
    public required string Url { get; init; }

    /// <summary>The headers.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>Which of the two secrets signed <c>X-Signature</c>.</summary>
    public required SigningSecret? SignedWith { get; init; }
}

/// <summary>What a receiver answered.</summary>
public sealed record DeliveryAnswer : ApiModel
{
    /// <summary>The headers.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>The beginning of the body.</summary>
    public required string Body { get; init; }

    /// <summary>Whether only the beginning of the body was kept.</summary>
    public required bool Truncated { get; init; }
}

/// <summary>A type of event, with the schema of its data.</summary>
public sealed record EventKind : ApiModel
{
    /// <summary>The type.</summary>
    public required EventType Type { get; init; }

    /// <summary>The version of the schema.</summary>
    public required int Version { get; init; }

    /// <summary>When the event is published.</summary>
    public required string Description { get; init; }

    /// <summary>The JSON Schema of <c>data</c>.</summary>
    public required JsonElement Schema { get; init; }
}

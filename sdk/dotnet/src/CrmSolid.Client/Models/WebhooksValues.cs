using System.Text.Json.Serialization;

namespace CrmSolid.Client;

/// <summary>The type of an event. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<EventType>))]
public readonly record struct EventType(string Value) : IStringValue<EventType>
{
    /// <summary><c>contact.created</c></summary>
    public static EventType ContactCreated { get; } = new("contact.created");

    /// <summary><c>contact.erased</c></summary>
    public static EventType ContactErased { get; } = new("contact.erased");

    /// <summary><c>contact.opted_in</c></summary>
    public static EventType ContactOptedIn { get; } = new("contact.opted_in");

    /// <summary><c>contact.opted_out</c></summary>
    public static EventType ContactOptedOut { get; } = new("contact.opted_out");

    /// <summary><c>contact.stage_changed</c></summary>
    public static EventType ContactStageChanged { get; } = new("contact.stage_changed");

    /// <summary><c>contact.tagged</c></summary>
    public static EventType ContactTagged { get; } = new("contact.tagged");

    /// <summary><c>contact.updated</c></summary>
    public static EventType ContactUpdated { get; } = new("contact.updated");

    /// <summary><c>job.completed</c></summary>
    public static EventType JobCompleted { get; } = new("job.completed");

    /// <summary><c>lead.scored</c></summary>
    public static EventType LeadScored { get; } = new("lead.scored");

    /// <summary><c>message.deleted</c></summary>
    public static EventType MessageDeleted { get; } = new("message.deleted");

    /// <summary><c>message.edited</c></summary>
    public static EventType MessageEdited { get; } = new("message.edited");

    /// <summary><c>message.failed</c></summary>
    public static EventType MessageFailed { get; } = new("message.failed");

    /// <summary><c>message.read</c></summary>
    public static EventType MessageRead { get; } = new("message.read");

    /// <summary><c>message.received</c></summary>
    public static EventType MessageReceived { get; } = new("message.received");

    /// <summary><c>message.sent</c></summary>
    public static EventType MessageSent { get; } = new("message.sent");

    /// <summary><c>sequence.completed</c></summary>
    public static EventType SequenceCompleted { get; } = new("sequence.completed");

    /// <summary><c>sequence.paused</c></summary>
    public static EventType SequencePaused { get; } = new("sequence.paused");

    /// <summary><c>sequence.started</c></summary>
    public static EventType SequenceStarted { get; } = new("sequence.started");

    /// <summary><c>subscription.upgraded</c></summary>
    public static EventType SubscriptionUpgraded { get; } = new("subscription.upgraded");

    /// <summary><c>account.state_changed</c></summary>
    public static EventType AccountStateChanged { get; } = new("account.state_changed");

    /// <summary><c>broadcast.completed</c></summary>
    public static EventType BroadcastCompleted { get; } = new("broadcast.completed");

    /// <summary><c>broadcast.started</c></summary>
    public static EventType BroadcastStarted { get; } = new("broadcast.started");

    /// <summary><c>thread.assigned</c></summary>
    public static EventType ThreadAssigned { get; } = new("thread.assigned");

    /// <summary><c>thread.closed</c></summary>
    public static EventType ThreadClosed { get; } = new("thread.closed");

    /// <summary><c>thread.reopened</c></summary>
    public static EventType ThreadReopened { get; } = new("thread.reopened");

    /// <summary><c>ping</c></summary>
    public static EventType Ping { get; } = new("ping");

    /// <summary><c>*</c>: all, for a webhook</summary>
    public static EventType Any { get; } = new("*");

    /// <summary><c>contact.*</c></summary>
    public static EventType AnyContact { get; } = new("contact.*");

    /// <summary><c>job.*</c></summary>
    public static EventType AnyJob { get; } = new("job.*");

    /// <summary><c>lead.*</c></summary>
    public static EventType AnyLead { get; } = new("lead.*");

    /// <summary><c>message.*</c></summary>
    public static EventType AnyMessage { get; } = new("message.*");

    /// <summary><c>sequence.*</c></summary>
    public static EventType AnySequence { get; } = new("sequence.*");

    /// <summary><c>subscription.*</c></summary>
    public static EventType AnySubscription { get; } = new("subscription.*");

    /// <summary><c>account.*</c></summary>
    public static EventType AnyAccount { get; } = new("account.*");

    /// <summary><c>broadcast.*</c></summary>
    public static EventType AnyBroadcast { get; } = new("broadcast.*");

    /// <summary><c>thread.*</c></summary>
    public static EventType AnyThread { get; } = new("thread.*");

    static EventType IStringValue<EventType>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator EventType(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>
/// The status of a delivery. <c>failed</c> will be retried, <c>exhausted</c> will not. Values that this version does
/// not know survive.
/// </summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<DeliveryStatus>))]
public readonly record struct DeliveryStatus(string Value) : IStringValue<DeliveryStatus>
{
    /// <summary><c>pending</c></summary>
    public static DeliveryStatus Pending { get; } = new("pending");

    /// <summary><c>sending</c></summary>
    public static DeliveryStatus Sending { get; } = new("sending");

    /// <summary><c>succeeded</c></summary>
    public static DeliveryStatus Succeeded { get; } = new("succeeded");

    /// <summary><c>failed</c></summary>
    public static DeliveryStatus Failed { get; } = new("failed");

    /// <summary><c>exhausted</c></summary>
    public static DeliveryStatus Exhausted { get; } = new("exhausted");

    /// <summary><c>canceled</c></summary>
    public static DeliveryStatus Canceled { get; } = new("canceled");

    static DeliveryStatus IStringValue<DeliveryStatus>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator DeliveryStatus(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Why a webhook is disabled. Values that this version does not know survive.</summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<WebhookDisabledReason>))]
public readonly record struct WebhookDisabledReason(string Value) : IStringValue<WebhookDisabledReason>
{
    /// <summary><c>manual</c></summary>
    public static WebhookDisabledReason Manual { get; } = new("manual");

    /// <summary><c>gone</c></summary>
    public static WebhookDisabledReason Gone { get; } = new("gone");

    /// <summary><c>failing</c></summary>
    public static WebhookDisabledReason Failing { get; } = new("failing");

    static WebhookDisabledReason IStringValue<WebhookDisabledReason>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator WebhookDisabledReason(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>
/// One of the two secrets of a webhook around a rotation. Values that this version does not know survive.
/// </summary>
/// <param name="Value">As the API writes it.</param>
[JsonConverter(typeof(StringValueConverter<SigningSecret>))]
public readonly record struct SigningSecret(string Value) : IStringValue<SigningSecret>
{
    /// <summary><c>current</c></summary>
    public static SigningSecret Current { get; } = new("current");

    /// <summary><c>previous</c></summary>
    public static SigningSecret Previous { get; } = new("previous");

    static SigningSecret IStringValue<SigningSecret>.Create(string value) => new(value);

    /// <summary>Converts a value as the API writes it.</summary>
    public static implicit operator SigningSecret(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

namespace CrmSolid.Client;

/// <summary>An event of the stream of messages.</summary>
/// <param name="Id">Its position in the stream: start with it to go on right after the event.</param>
/// <param name="Event">The event.</param>
public sealed record StreamedEvent(string Id, WebhookEvent Event);

namespace CrmSolid.Client;

/// <summary>
/// Handles events, as they are delivered to a webhook or read from the log. It comes from a scope of its own for each event,
/// so it may use scoped services. An event may come more than once: see <see cref="IProcessedEvents"/>.
/// </summary>
public interface ICrmSolidEventHandler
{
    /// <summary>Handles one event. An exception brings it again later.</summary>
    /// <param name="webhookEvent">The event; an <see cref="Event"/> if it was read from the log.</param>
    /// <param name="cancellationToken">
    /// Ends the work: the host stops, or CRM Solid no longer waits for the answer of the webhook (10 seconds).
    /// </param>
    Task HandleAsync(WebhookEvent webhookEvent, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps an event that this version of the client cannot read, such as in a table for later: it is passed when this
    /// returns, and an exception brings it again. By default nothing is kept but the line in the log, with the id: the event
    /// can be read from the API for 30 days.
    /// </summary>
    /// <param name="unreadable">Has the id, the type and the raw JSON.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task HandleUnreadableAsync(UnreadableEventException unreadable, CancellationToken cancellationToken) =>
        Task.CompletedTask;
}

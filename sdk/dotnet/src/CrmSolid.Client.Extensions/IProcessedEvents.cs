namespace CrmSolid.Client;

/// <summary>
/// Remembers which events were handled, so that one that comes again is passed. Register your own, such as a table with the
/// event's id as its primary key; webhooks and followers use it where there is one.
/// </summary>
/// <remarks>
/// <para>Every event is handled at least once. It is handled again if the process ends between the end of the handler and
/// <see cref="DoneAsync"/>. To exclude this as well, write the id in the transaction of the handler's own changes: register
/// both as scoped services on the same database connection, and commit in <see cref="DoneAsync"/>.</para>
/// <para>A process that ends in the middle leaves its claim behind. So a claim has to expire, after longer than any handler
/// takes, such as 10 minutes; a later <see cref="TryBeginAsync"/> then answers <see cref="EventClaim.Begun"/> again.</para>
/// <para>A <see cref="DoneAsync"/> that throws is called again, on the same object: for 2 seconds by a webhook and
/// <see cref="ProcessedEventsExtensions.HandleOnceAsync"/>, for a minute by a follower. If it has failed each time, the event
/// waits until its claim has expired, and is handled again. One whose transaction is lost has to throw each time.</para>
/// <para>Ids are worth keeping for as long as an event can come again: 30 days.</para>
/// </remarks>
public interface IProcessedEvents
{
    /// <summary>Claims an event, in one step that only one of several callers can win.</summary>
    /// <param name="eventId">The event.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask<EventClaim> TryBeginAsync(string eventId, CancellationToken cancellationToken);

    /// <summary>The event was handled. Durable when this returns.</summary>
    /// <param name="eventId">The event.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask DoneAsync(string eventId, CancellationToken cancellationToken);

    /// <summary>The event was not handled: the claim is given up.</summary>
    /// <param name="eventId">The event.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask ForgetAsync(string eventId, CancellationToken cancellationToken);
}

/// <summary>What came of claiming an event.</summary>
public enum EventClaim
{
    /// <summary>It is the caller's to handle.</summary>
    Begun,

    /// <summary>Somebody else is handling it, and may still fail.</summary>
    InProgress,

    /// <summary>It was handled.</summary>
    Done,
}

/// <summary>Handles an event under its claim.</summary>
public static class ProcessedEventsExtensions
{
    // Together 2 seconds of the 10 that CRM Solid waits for the answer of a webhook.
    private static readonly TimeSpan[] DonePauses =
        [TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(0.4), TimeSpan.FromSeconds(1.5)];

    /// <summary>Claims the event and handles it if nobody else has, or is about to.</summary>
    /// <param name="events">The claims.</param>
    /// <param name="eventId">The event.</param>
    /// <param name="handle">Handles it. After an exception the claim is given up, and the exception is thrown.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns><see cref="EventClaim.Begun"/> if it was handled here and now.</returns>
    /// <remarks>
    /// <see cref="IProcessedEvents.DoneAsync"/> is tried 4 times within 2 seconds; what it throws at last is thrown.
    /// </remarks>
    public static Task<EventClaim> HandleOnceAsync(
        this IProcessedEvents events,
        string eventId,
        Func<CancellationToken, Task> handle,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(handle);
        return HandleAsync(events, eventId, handle, DonePauses, TimeProvider.System, CancellationToken.None, cancellationToken);
    }

    /// <summary>With a pause before each further attempt to say that it is done, until the waiting is ended.</summary>
    internal static async Task<EventClaim> HandleAsync(
        this IProcessedEvents events,
        string eventId,
        Func<CancellationToken, Task> handle,
        TimeSpan[] donePauses,
        TimeProvider time,
        CancellationToken waiting,
        CancellationToken cancellationToken)
    {
        EventClaim claim = await events.TryBeginAsync(eventId, cancellationToken).ConfigureAwait(false);
        if (claim != EventClaim.Begun)
        {
            return claim;
        }
        try
        {
            await handle(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            await ForgetAsync(events, eventId, error).ConfigureAwait(false);
            throw;
        }
        // The work is done, so that a caller who no longer waits changes nothing.
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                await events.DoneAsync(eventId, CancellationToken.None).ConfigureAwait(false);
                return claim;
            }
            catch (Exception) when (attempt < donePauses.Length && !waiting.IsCancellationRequested)
            {
                // The claim is still there: the event would neither be handled again nor passed until it expires.
                await Task.Delay(donePauses[attempt], time, waiting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static async Task ForgetAsync(IProcessedEvents events, string eventId, Exception error)
    {
        try
        {
            await events.ForgetAsync(eventId, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception second)
        {
            throw new AggregateException(error, second); // the claim expires
        }
    }
}

/// <summary>
/// Remembers handled events in the memory of this process: nothing is left of it after a restart, and other processes do not
/// see it. Enough for tests, and where handling an event twice does no harm.
/// </summary>
/// <param name="capacity">How many handled events are remembered; the oldest are forgotten first.</param>
public sealed class MemoryProcessedEvents(int capacity = 100_000) : IProcessedEvents
{
    private readonly int _capacity = capacity > 0 ? capacity : throw new ArgumentOutOfRangeException(nameof(capacity));
    private readonly Dictionary<string, EventClaim> _claims = [];
    private readonly Queue<string> _done = new();

    /// <inheritdoc/>
    public ValueTask<EventClaim> TryBeginAsync(string eventId, CancellationToken cancellationToken)
    {
        lock (_claims)
        {
            EventClaim claim = _claims.TryAdd(eventId, EventClaim.InProgress) ? EventClaim.Begun : _claims[eventId];
            return new(claim);
        }
    }

    /// <inheritdoc/>
    public ValueTask DoneAsync(string eventId, CancellationToken cancellationToken)
    {
        lock (_claims)
        {
            _claims[eventId] = EventClaim.Done;
            _done.Enqueue(eventId);
            if (_done.Count > _capacity)
            {
                _claims.Remove(_done.Dequeue());
            }
        }
        return default;
    }

    /// <inheritdoc/>
    public ValueTask ForgetAsync(string eventId, CancellationToken cancellationToken)
    {
        lock (_claims)
        {
            _claims.Remove(eventId);
        }
        return default;
    }
}

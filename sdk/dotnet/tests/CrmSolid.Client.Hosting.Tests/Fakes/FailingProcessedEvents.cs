namespace CrmSolid.Client.Hosting.Tests;

/// <summary>Claims that never expire, where <see cref="DoneAsync"/> fails as often as the test says.</summary>
internal sealed class FailingProcessedEvents(int failures) : IProcessedEvents
{
    private readonly MemoryProcessedEvents _events = new();
    private int _attempts;

    public int Attempts => Volatile.Read(ref _attempts);

    public ValueTask<EventClaim> TryBeginAsync(string eventId, CancellationToken cancellationToken) =>
        _events.TryBeginAsync(eventId, cancellationToken);

    public ValueTask DoneAsync(string eventId, CancellationToken cancellationToken) =>
        Interlocked.Increment(ref _attempts) <= failures
            ? throw new InvalidOperationException("the database fails over")
            : _events.DoneAsync(eventId, cancellationToken);

    public ValueTask ForgetAsync(string eventId, CancellationToken cancellationToken) =>
        _events.ForgetAsync(eventId, cancellationToken);
}

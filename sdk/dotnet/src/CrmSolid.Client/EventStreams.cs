namespace CrmSolid.Client;

/// <summary>What streams and followers of events have in common. They are read once, when the stream is made.</summary>
public abstract class EventStreamOptions
{
    private protected EventStreamOptions()
    {
    }

    /// <summary>
    /// Is given what cannot be read, and the enumeration goes on behind it. Without it the enumerator throws the
    /// <see cref="UnreadableEventException"/> and can be asked for the next event; <c>await foreach</c> ends.
    /// </summary>
    public Action<UnreadableEventException>? OnUnreadable { get; init; }

    /// <summary>
    /// The time without a connection after which the stream ends with the last error. Zero or more, or
    /// <see cref="Timeout.InfiniteTimeSpan"/>, which is the default: never.
    /// </summary>
    public TimeSpan GiveUpAfter { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>
    /// Called once with the position, when it is known: everything that happens from now on comes. It runs inside the
    /// enumeration, so what waits for the first event must not wait for it.
    /// </summary>
    public Action<string>? OnStart { get; init; }
}

/// <summary>Where a stream of messages begins, and how it goes on.</summary>
public sealed class MessageStreamOptions : EventStreamOptions
{
    /// <summary>
    /// <see cref="StreamedEvent.Id"/> of the last event you have handled, to go on right after it. By default the stream
    /// begins now.
    /// </summary>
    public string? LastEventId { get; init; }
}

/// <summary>Where a follower of the log of events begins, and how it goes on.</summary>
public sealed class EventFollowOptions : EventStreamOptions
{
    /// <summary>
    /// Only events of these types, such as <c>message.received</c> or <c>contact.*</c>. By default all.
    /// </summary>
    public IEnumerable<EventType>? Types { get; init; }

    /// <summary>
    /// Keeps the position: it is loaded when the enumeration begins. That of an event is saved when the next one is asked
    /// for, so that an event comes again if the program ends while it works on it, and none is left out.
    /// </summary>
    public IPositionStore? Store { get; init; }

    /// <summary>
    /// <see cref="FollowedEvent.Position"/> to go on after, if there is no store or it is empty. By default
    /// <see cref="Since"/>.
    /// </summary>
    public string? Position { get; init; }

    /// <summary>The time to begin at, where there is no position. By default the end of the log: from now on.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>How long to wait between two requests while nothing happens, at most 24 days. The default is one second.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);
}

/// <summary>
/// Keeps the position of a follower: in a file, a row of your database, or whatever can keep a text. What it throws ends the
/// enumeration.
/// </summary>
public interface IPositionStore
{
    /// <summary>The position that was saved last; null before the first time.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask<string?> LoadAsync(CancellationToken cancellationToken);

    /// <summary>Keeps a position in place of the one before.</summary>
    /// <param name="position">The position.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask SaveAsync(string position, CancellationToken cancellationToken);
}

/// <summary>An event of a follower.</summary>
/// <param name="position">The position right after it: start with it to go on.</param>
/// <param name="event">The event.</param>
public sealed class FollowedEvent(string position, Event @event)
{
    /// <summary>The position right after it: start with it to go on.</summary>
    public string Position { get; } = position;

    /// <summary>The event.</summary>
    public Event Event { get; } = @event;
}

/// <summary>Which events a list has.</summary>
public sealed class EventQuery
{
    /// <summary>Of this type.</summary>
    public EventType? Type { get; init; }

    /// <summary>From the first event made at this time or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>
    /// Is given what cannot be read, and the list goes on behind it. Without it the enumerator throws the
    /// <see cref="UnreadableEventException"/> and can be asked for the next event; <c>await foreach</c> ends.
    /// </summary>
    public Action<UnreadableEventException>? OnUnreadable { get; init; }
}

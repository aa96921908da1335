namespace CrmSolid.Client;

/// <summary>What a <see cref="FollowEventsService"/> follows.</summary>
public sealed class CrmSolidFollowerOptions
{
    /// <summary>The name of the client; empty, as by default, for the one without a name.</summary>
    public string ClientName { get; set; } = "";

    /// <summary>Only events of these types, such as <c>message.received</c> or <c>contact.*</c>. By default all.</summary>
    public IList<EventType> Types { get; } = [];

    /// <summary>
    /// Where to begin if no position is kept. By default with what happens from then on. The log has 30 days.
    /// </summary>
    public DateTimeOffset? Since { get; set; }

    /// <summary>
    /// Keeps the position. By default the service <see cref="IPositionStore"/>, which may be scoped; several followers need
    /// one each.
    /// </summary>
    public IPositionStore? PositionStore { get; set; }

    /// <summary>
    /// How long to wait between two requests while nothing happens: above zero, up to 24 days. The default is one second.
    /// </summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Whether the host stops when the API refuses to be followed (see <see cref="FollowEventsService"/>), so that what
    /// watches the process sees it. The default is false: only the log has it.
    /// </summary>
    public bool StopHostOnRefusal { get; set; }
}

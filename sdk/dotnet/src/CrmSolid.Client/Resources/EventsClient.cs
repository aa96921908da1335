using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>The log of events, which is kept for 30 days. See <see cref="CrmSolidClient"/>.</summary>
public class EventsClient : ResourceClient
{
    /// <summary>Makes a mock.</summary>
    protected EventsClient()
        : base(null)
    {
    }

    internal EventsClient(Transport transport)
        : base(transport)
    {
    }

    /// <summary>Lists events, oldest first. Keep the cursor of the last page to go on from there later.</summary>
    /// <param name="type">Of this type.</param>
    /// <param name="since">From the first event made at this time or later.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Event> ListAsync(
        EventType? type = null, DateTimeOffset? since = null, CancellationToken cancellationToken = default) =>
        Pages<Event>(
            () => ApiRequest.Get($"/v1/events")
                .Query("type", type)
                .Query("since", since),
            cancellationToken,
            endless: true);

    /// <summary>Gets one event.</summary>
    /// <param name="eventId">The event.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Event> GetAsync(string eventId, CancellationToken cancellationToken = default) =>
        SendGetAsync<Event>($"/v1/events/{eventId}", cancellationToken);
}

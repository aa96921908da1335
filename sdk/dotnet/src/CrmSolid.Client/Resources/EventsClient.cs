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

    /// <summary>
    /// Lists events of the last 30 days, oldest first, up to the latest one. To go on later, use
    /// <see cref="FollowAsync"/>.
    /// </summary>
    /// <param name="query">Which events.</param>
    /// <param name="options">What the calls do otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Event> ListAsync(
        EventQuery? query = null, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        new EventPages(
            Transport,
            ApiRequest.Get($"/v1/events", options).Query("type", query?.Type).Query("since", query?.Since),
            query?.OnUnreadable,
            cancellationToken);

    /// <summary>Gets one event.</summary>
    /// <param name="eventId">The event.</param>
    /// <param name="options">What the call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="UnreadableEventException">It is not what the API documents.</exception>
    public virtual Task<Event> GetAsync(
        string eventId, RequestOptions? options = null, CancellationToken cancellationToken = default)
    {
        ApiRequest request = ApiRequest.Get($"/v1/events/{eventId}", options);
        return Transport.ReadAsync(
            request, Transport.LimitsOf(request), answer => EventReader.Read<Event>(answer.Body.Span), cancellationToken);
    }

    /// <summary>
    /// Follows the log: each event as it happens, for ever, from where the last run of the program has ended. It comes back
    /// after any outage, however long. Only 401, 403, 404, 410, the caller and what the store throws end it, and the codes
    /// <c>invalid_cursor</c> and <c>invalid_parameter</c>: the server cannot read the position any more, so delete what is
    /// stored.
    /// </summary>
    /// <param name="follow">Where to begin, and how to go on.</param>
    /// <param name="options">What the calls do otherwise than the client; its retries are not used.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <exception cref="ArgumentException">The position is none.</exception>
    public virtual IAsyncEnumerable<FollowedEvent> FollowAsync(
        EventFollowOptions? follow = null, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        new EventFollower(Transport, follow ?? new(), options, cancellationToken);
}

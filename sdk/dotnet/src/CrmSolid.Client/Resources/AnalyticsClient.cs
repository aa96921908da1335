using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>Figures of periods. See <see cref="CrmSolidClient"/>.</summary>
public class AnalyticsClient : ResourceClient
{
    /// <summary>Makes a mock.</summary>
    protected AnalyticsClient()
        : base(null)
    {
    }

    internal AnalyticsClient(Transport transport)
        : base(transport)
    {
    }

    /// <summary>How many contacts reached which stage.</summary>
    /// <param name="from">The beginning, inclusive. By default 30 days ago.</param>
    /// <param name="to">The end, exclusive. By default now.</param>
    /// <param name="interval">Adds a series with the figures of each day, week or month.</param>
    /// <param name="compare">Adds the same figures of as many days before.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<FunnelReport> FunnelAsync(
        DateTimeOffset? from = null, DateTimeOffset? to = null, AnalyticsInterval? interval = null,
        bool? compare = null, CancellationToken cancellationToken = default) =>
        ReportAsync<FunnelReport>($"/v1/analytics/funnel", from, to, interval, compare, cancellationToken);

    /// <summary>What became of the messages of sequences.</summary>
    /// <param name="from">The beginning, inclusive. By default 30 days ago.</param>
    /// <param name="to">The end, exclusive. By default now.</param>
    /// <param name="interval">Adds a series with the figures of each day, week or month.</param>
    /// <param name="compare">Adds the same figures of as many days before.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<SequenceReport> SequencesAsync(
        DateTimeOffset? from = null, DateTimeOffset? to = null, AnalyticsInterval? interval = null,
        bool? compare = null, CancellationToken cancellationToken = default) =>
        ReportAsync<SequenceReport>($"/v1/analytics/sequences", from, to, interval, compare, cancellationToken);

    /// <summary>What became of the messages of broadcasts.</summary>
    /// <param name="from">The beginning, inclusive. By default 30 days ago.</param>
    /// <param name="to">The end, exclusive. By default now.</param>
    /// <param name="interval">Adds a series with the figures of each day, week or month.</param>
    /// <param name="compare">Adds the same figures of as many days before.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<BroadcastReport> BroadcastsAsync(
        DateTimeOffset? from = null, DateTimeOffset? to = null, AnalyticsInterval? interval = null,
        bool? compare = null, CancellationToken cancellationToken = default) =>
        ReportAsync<BroadcastReport>($"/v1/analytics/broadcasts", from, to, interval, compare, cancellationToken);

    /// <summary>What accounts sent and received.</summary>
    /// <param name="from">The beginning, inclusive. By default 30 days ago.</param>
    /// <param name="to">The end, exclusive. By default now.</param>
    /// <param name="interval">Adds a series with the figures of each day, week or month.</param>
    /// <param name="compare">Adds the same figures of as many days before.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<AccountReport> AccountsAsync(
        DateTimeOffset? from = null, DateTimeOffset? to = null, AnalyticsInterval? interval = null,
        bool? compare = null, CancellationToken cancellationToken = default) =>
        ReportAsync<AccountReport>($"/v1/analytics/accounts", from, to, interval, compare, cancellationToken);

    /// <summary>What came of the contacts who were enrolled in sequences.</summary>
    /// <param name="from">The beginning, inclusive. By default 30 days ago.</param>
    /// <param name="to">The end, exclusive. By default now.</param>
    /// <param name="interval">Adds a series with the figures of each day, week or month.</param>
    /// <param name="compare">Adds the same figures of as many days before.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<EnrollmentReport> EnrollmentsAsync(
        DateTimeOffset? from = null, DateTimeOffset? to = null, AnalyticsInterval? interval = null,
        bool? compare = null, CancellationToken cancellationToken = default) =>
        ReportAsync<EnrollmentReport>($"/v1/analytics/enrollments", from, to, interval, compare, cancellationToken);

    /// <summary>What people wrote to contacts by hand, and how long contacts had waited for it.</summary>
    /// <param name="from">The beginning, inclusive. By default 30 days ago.</param>
    /// <param name="to">The end, exclusive. By default now.</param>
    /// <param name="interval">Adds a series with the figures of each day, week or month.</param>
    /// <param name="compare">Adds the same figures of as many days before.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<TeamReport> TeamAsync(
        DateTimeOffset? from = null, DateTimeOffset? to = null, AnalyticsInterval? interval = null,
        bool? compare = null, CancellationToken cancellationToken = default) =>
        ReportAsync<TeamReport>($"/v1/analytics/team", from, to, interval, compare, cancellationToken);

    /// <summary>How many conversations began, were answered and closed, how long that took, and who waits now.</summary>
    /// <param name="from">The beginning, inclusive. By default 30 days ago.</param>
    /// <param name="to">The end, exclusive. By default now.</param>
    /// <param name="interval">Adds a series with the figures of each day, week or month.</param>
    /// <param name="compare">Adds the same figures of as many days before.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<ConversationsReport> ConversationsAsync(
        DateTimeOffset? from = null, DateTimeOffset? to = null, AnalyticsInterval? interval = null,
        bool? compare = null, CancellationToken cancellationToken = default) =>
        ReportAsync<ConversationsReport>($"/v1/analytics/conversations", from, to, interval, compare, cancellationToken);

    /// <summary>When people write: their messages by weekday and hour of the workspace's time zone.</summary>
    /// <param name="from">The beginning, inclusive. By default 30 days ago.</param>
    /// <param name="to">The end, exclusive. By default now.</param>
    /// <param name="interval">Adds a series with the figures of each day, week or month.</param>
    /// <param name="compare">Adds the same figures of as many days before.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<HourReport> HoursAsync(
        DateTimeOffset? from = null, DateTimeOffset? to = null, AnalyticsInterval? interval = null,
        bool? compare = null, CancellationToken cancellationToken = default) =>
        ReportAsync<HourReport>($"/v1/analytics/hours", from, to, interval, compare, cancellationToken);

    private Task<T> ReportAsync<T>(
        FormattableString path,
        DateTimeOffset? from,
        DateTimeOffset? to,
        AnalyticsInterval? interval,
        bool? compare,
        CancellationToken cancellationToken)
    {
        ApiRequest request = ApiRequest.Get(path)
            .Query("from", from).Query("to", to).Query("interval", interval).Query("compare", compare);
        return Transport.SendAsync<T>(request, cancellationToken);
    }
}

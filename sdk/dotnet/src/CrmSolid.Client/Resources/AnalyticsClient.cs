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
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<FunnelReport> FunnelAsync(
        DateTimeOffset? from = null, DateTimeOffset? to = null, AnalyticsInterval? interval = null,
        CancellationToken cancellationToken = default) =>
        ReportAsync<FunnelReport>($"/v1/analytics/funnel", from, to, interval, cancellationToken);

    /// <summary>What became of the messages of sequences.</summary>
    /// <param name="from">The beginning, inclusive. By default 30 days ago.</param>
    /// <param name="to">The end, exclusive. By default now.</param>
    /// <param name="interval">Adds a series with the figures of each day, week or month.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<SequenceReport> SequencesAsync(
        DateTimeOffset? from = null, DateTimeOffset? to = null, AnalyticsInterval? interval = null,
        CancellationToken cancellationToken = default) =>
        ReportAsync<SequenceReport>($"/v1/analytics/sequences", from, to, interval, cancellationToken);

    /// <summary>What became of the messages of broadcasts.</summary>
    /// <param name="from">The beginning, inclusive. By default 30 days ago.</param>
    /// <param name="to">The end, exclusive. By default now.</param>
    /// <param name="interval">Adds a series with the figures of each day, week or month.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<BroadcastReport> BroadcastsAsync(
        DateTimeOffset? from = null, DateTimeOffset? to = null, AnalyticsInterval? interval = null,
        CancellationToken cancellationToken = default) =>
        ReportAsync<BroadcastReport>($"/v1/analytics/broadcasts", from, to, interval, cancellationToken);

    /// <summary>What accounts sent and received.</summary>
    /// <param name="from">The beginning, inclusive. By default 30 days ago.</param>
    /// <param name="to">The end, exclusive. By default now.</param>
    /// <param name="interval">Adds a series with the figures of each day, week or month.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<AccountReport> AccountsAsync(
        DateTimeOffset? from = null, DateTimeOffset? to = null, AnalyticsInterval? interval = null,
        CancellationToken cancellationToken = default) =>
        ReportAsync<AccountReport>($"/v1/analytics/accounts", from, to, interval, cancellationToken);

    private Task<T> ReportAsync<T>(
        FormattableString path,
        DateTimeOffset? from,
        DateTimeOffset? to,
        AnalyticsInterval? interval,
        CancellationToken cancellationToken)
    {
        ApiRequest request = ApiRequest.Get(path).Query("from", from).Query("to", to).Query("interval", interval);
        return Transport.SendAsync<T>(request, cancellationToken);
    }
}

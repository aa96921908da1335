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
    /// <param name="query">The period, and what else to answer. By default the last 30 days.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<FunnelReport> FunnelAsync(
        AnalyticsQuery? query = null, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        ReportAsync<FunnelReport>($"/v1/analytics/funnel", query, options, cancellationToken);

    /// <summary>What became of the messages of sequences.</summary>
    /// <param name="query">The period, and what else to answer. By default the last 30 days.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<SequenceReport> SequencesAsync(
        AnalyticsQuery? query = null, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        ReportAsync<SequenceReport>($"/v1/analytics/sequences", query, options, cancellationToken);

    /// <summary>What became of the messages of broadcasts.</summary>
    /// <param name="query">The period, and what else to answer. By default the last 30 days.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<BroadcastReport> BroadcastsAsync(
        AnalyticsQuery? query = null, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        ReportAsync<BroadcastReport>($"/v1/analytics/broadcasts", query, options, cancellationToken);

    /// <summary>What accounts sent and received.</summary>
    /// <param name="query">The period, and what else to answer. By default the last 30 days.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<AccountReport> AccountsAsync(
        AnalyticsQuery? query = null, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        ReportAsync<AccountReport>($"/v1/analytics/accounts", query, options, cancellationToken);

    /// <summary>What came of the contacts who were enrolled in sequences.</summary>
    /// <param name="query">The period, and what else to answer. By default the last 30 days.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<EnrollmentReport> EnrollmentsAsync(
        AnalyticsQuery? query = null, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        ReportAsync<EnrollmentReport>($"/v1/analytics/enrollments", query, options, cancellationToken);

    /// <summary>What people wrote to contacts by hand, and how long contacts had waited for it.</summary>
    /// <param name="query">The period, and what else to answer. By default the last 30 days.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<TeamReport> TeamAsync(
        AnalyticsQuery? query = null, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        ReportAsync<TeamReport>($"/v1/analytics/team", query, options, cancellationToken);

    /// <summary>How many conversations began, were answered and closed, how long that took, and who waits now.</summary>
    /// <param name="query">The period, and what else to answer. By default the last 30 days.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<ConversationsReport> ConversationsAsync(
        AnalyticsQuery? query = null, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        ReportAsync<ConversationsReport>($"/v1/analytics/conversations", query, options, cancellationToken);

    /// <summary>When people write: their messages by weekday and hour of the workspace's time zone.</summary>
    /// <param name="query">The period, and what else to answer. By default the last 30 days.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<HourReport> HoursAsync(
        AnalyticsQuery? query = null, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        ReportAsync<HourReport>($"/v1/analytics/hours", query, options, cancellationToken);

    private Task<T> ReportAsync<T>(
        FormattableString path, AnalyticsQuery? query, RequestOptions? options, CancellationToken cancellationToken) =>
        CallAsync<T>(Get(path, options).With(query), cancellationToken);
}

/// <summary>A period, and what to answer about it.</summary>
public sealed class AnalyticsQuery : IQuery
{
    /// <summary>The beginning, inclusive. By default 30 days ago.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>The end, exclusive. By default now.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Adds a series with the figures of each day, week or month.</summary>
    public AnalyticsInterval? Interval { get; init; }

    /// <summary>Adds the same figures of as many days before.</summary>
    public bool? Compare { get; init; }

    ApiRequest IQuery.AddTo(ApiRequest request) => request
        .Query("from", From)
        .Query("to", To)
        .Query("interval", Interval)
        .Query("compare", Compare);
}

using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>Long work that goes on after the request. See <see cref="CrmSolidClient"/>.</summary>
public class JobsClient : ResourceClient
{
    /// <summary>Makes a mock.</summary>
    protected JobsClient()
        : base(null)
    {
    }

    internal JobsClient(Transport transport)
        : base(transport)
    {
    }

    /// <summary>Lists the jobs that calls with the scopes of the key began, newest first.</summary>
    /// <param name="query">Which ones. By default all.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Job> ListAsync(
        JobQuery? query = null, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        Pages<Job>(Get($"/v1/jobs", options).With(query), cancellationToken);

    /// <summary>Gets one job.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Job> GetAsync(
        string jobId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Job>(Get($"/v1/jobs/{jobId}", options), cancellationToken);

    /// <summary>Cancels a job.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Job> CancelAsync(
        string jobId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Job>(Post($"/v1/jobs/{jobId}/cancel", options), cancellationToken);

    /// <summary>The rows of an import that failed, as a CSV file with reasons. Dispose the stream.</summary>
    /// <param name="jobId">The import.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Stream> FailedRowsAsync(
        string jobId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamAsync(Get($"/v1/jobs/{jobId}/failed-rows", options), cancellationToken);

    /// <summary>Waits until a job has ended: done, failed or canceled. Limit the wait with the token.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="interval">How often to look: more than zero, at most 24 days. The default is every second.</param>
    /// <param name="options">What each of its calls does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public virtual async Task<Job> WaitAsync(
        string jobId, TimeSpan? interval = null, RequestOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        TimeSpan wait = interval ?? TimeSpan.FromSeconds(1);
        Limits.CheckInterval(wait, nameof(interval));
        while (true)
        {
            Job job = await GetAsync(jobId, options, cancellationToken).ConfigureAwait(false);
            if (job.FinishedAt is not null)
            {
                return job;
            }
            ApiRequest next = Get($"/v1/jobs/{jobId}", options);
            await Transport.PauseAsync(wait, next, cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>Which jobs to list.</summary>
public sealed class JobQuery : IQuery
{
    /// <summary>Of this kind, such as <c>import</c>.</summary>
    public string? Kind { get; init; }

    /// <summary>In this state.</summary>
    public JobState? State { get; init; }

    ApiRequest IQuery.AddTo(ApiRequest request) => request
        .Query("kind", Kind)
        .Query("state", State);
}

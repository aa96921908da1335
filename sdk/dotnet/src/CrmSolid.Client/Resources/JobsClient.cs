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
    /// <param name="kind">Of this kind, such as <c>import</c>.</param>
    /// <param name="state">In this state.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Job> ListAsync(
        string? kind = null, JobState? state = null, CancellationToken cancellationToken = default) =>
        Pages<Job>(() => ApiRequest.Get($"/v1/jobs").Query("kind", kind).Query("state", state), cancellationToken);

    /// <summary>Gets one job.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Job> GetAsync(string jobId, CancellationToken cancellationToken = default) =>
        SendGetAsync<Job>($"/v1/jobs/{jobId}", cancellationToken);

    /// <summary>Cancels a job.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Job> CancelAsync(
        string jobId, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<Job>($"/v1/jobs/{jobId}/cancel", idempotencyKey, cancellationToken);

    /// <summary>The rows of an import that failed, as a CSV file with reasons. Dispose the stream.</summary>
    /// <param name="jobId">The import.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Stream> FailedRowsAsync(string jobId, CancellationToken cancellationToken = default) =>
        GetStreamAsync(ApiRequest.Get($"/v1/jobs/{jobId}/failed-rows"), cancellationToken);

    /// <summary>Waits until a job has ended: done, failed or canceled. Limit the wait with the token.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="interval">How often to look. The default is every second.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual async Task<Job> WaitAsync(
        string jobId, TimeSpan? interval = null, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Job job = await GetAsync(jobId, cancellationToken).ConfigureAwait(false);
            if (job.FinishedAt is not null)
            {
                return job;
            }
            TimeSpan wait = interval ?? TimeSpan.FromSeconds(1);
            await Task.Delay(wait, Transport.Options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }
}

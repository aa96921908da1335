using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>Writes of this key that wait until a member approves them. See <see cref="CrmSolidClient"/>.</summary>
public class ProposalsClient : ResourceClient
{
    /// <summary>Makes a mock.</summary>
    protected ProposalsClient()
        : base(null)
    {
    }

    internal ProposalsClient(Transport transport)
        : base(transport)
    {
    }

    /// <summary>Lists the proposals of the key, newest first.</summary>
    /// <param name="query">Which ones. By default all.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Proposal> ListAsync(
        ProposalQuery? query = null, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        Pages<Proposal>(Get($"/v1/proposals", options).With(query), cancellationToken);

    /// <summary>Gets one proposal.</summary>
    /// <param name="proposalId">The proposal.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Proposal> GetAsync(
        string proposalId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Proposal>(Get($"/v1/proposals/{proposalId}", options), cancellationToken);

    /// <summary>Takes back a proposal that waits.</summary>
    /// <param name="proposalId">The proposal.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Proposal> CancelAsync(
        string proposalId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Proposal>(Post($"/v1/proposals/{proposalId}/cancel", options), cancellationToken);

    /// <summary>Waits until a proposal was carried out, or will not be. Limit the wait with the token.</summary>
    /// <param name="proposalId">The proposal.</param>
    /// <param name="interval">How often to look: more than zero, at most 24 days. The default is every 10 seconds.</param>
    /// <param name="options">What each of its calls does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public virtual async Task<Proposal> WaitAsync(
        string proposalId, TimeSpan? interval = null, RequestOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        TimeSpan wait = interval ?? TimeSpan.FromSeconds(10);
        Limits.CheckInterval(wait, nameof(interval));
        while (true)
        {
            Proposal proposal = await GetAsync(proposalId, options, cancellationToken).ConfigureAwait(false);
            bool goesOn = proposal.Status == ProposalStatus.Pending
                || (proposal.Status == ProposalStatus.Approved && proposal.RunAt is null);
            if (!goesOn)
            {
                return proposal;
            }
            ApiRequest next = Get($"/v1/proposals/{proposalId}", options);
            await Transport.PauseAsync(wait, next, cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>Which proposals to list.</summary>
public sealed class ProposalQuery : IQuery
{
    /// <summary>With this status.</summary>
    public ProposalStatus? Status { get; init; }

    ApiRequest IQuery.AddTo(ApiRequest request) => request
        .Query("status", Status);
}

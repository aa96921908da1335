using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>Telegram accounts. See <see cref="CrmSolidClient"/>.</summary>
public class AccountsClient : ResourceClient
{
    /// <summary>Makes a mock.</summary>
    protected AccountsClient()
        : base(null)
    {
    }

    internal AccountsClient(Transport transport)
        : base(transport)
    {
    }

    /// <summary>Lists accounts, with what is used and left of their daily limits.</summary>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Account> ListAsync(
        RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        Pages<Account>(Get($"/v1/accounts", options), cancellationToken);

    /// <summary>Gets one account.</summary>
    /// <param name="accountId">The account.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Account> GetAsync(
        long accountId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Account>(Get($"/v1/accounts/{accountId}", options), cancellationToken);
}

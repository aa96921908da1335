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
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Account> ListAsync(CancellationToken cancellationToken = default) =>
        Pages<Account>(() => ApiRequest.Get($"/v1/accounts"), cancellationToken);

    /// <summary>Gets one account.</summary>
    /// <param name="accountId">The account.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Account> GetAsync(long accountId, CancellationToken cancellationToken = default) =>
        SendGetAsync<Account>($"/v1/accounts/{accountId}", cancellationToken);
}

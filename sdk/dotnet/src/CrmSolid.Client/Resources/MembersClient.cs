using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>Who works in the workspace. See <see cref="CrmSolidClient"/>.</summary>
public class MembersClient : ResourceClient
{
    /// <summary>Makes a mock.</summary>
    protected MembersClient()
        : base(null)
    {
    }

    internal MembersClient(Transport transport)
        : base(transport)
    {
    }

    /// <summary>Lists members, who joined last first.</summary>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Member> ListAsync(
        RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        Pages<Member>(Get($"/v1/members", options), cancellationToken);
}

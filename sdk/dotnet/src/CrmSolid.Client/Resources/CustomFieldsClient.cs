using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>The custom fields that the workspace defines. See <see cref="CrmSolidClient"/>.</summary>
public class CustomFieldsClient : ResourceClient
{
    /// <summary>Makes a mock.</summary>
    protected CustomFieldsClient()
        : base(null)
    {
    }

    internal CustomFieldsClient(Transport transport)
        : base(transport)
    {
    }

    /// <summary>Lists custom fields.</summary>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<CustomField> ListAsync(CancellationToken cancellationToken = default) =>
        Pages<CustomField>(() => ApiRequest.Get($"/v1/custom-fields"), cancellationToken);
}

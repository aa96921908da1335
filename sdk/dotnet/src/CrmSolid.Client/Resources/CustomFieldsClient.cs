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
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<CustomField> ListAsync(
        RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        Pages<CustomField>(Get($"/v1/custom-fields", options), cancellationToken);

    /// <summary>Gets one custom field.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<CustomField> GetAsync(
        string key, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<CustomField>(Get($"/v1/custom-fields/{key}", options), cancellationToken);

    /// <summary>Defines a custom field. Key and type cannot be changed later.</summary>
    /// <param name="field">The field.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<WrittenCustomField> CreateAsync(
        CustomFieldInput field, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<WrittenCustomField>(Post($"/v1/custom-fields", options).Body(field), cancellationToken);

    /// <summary>Changes what is given. Contacts keep values that are no longer among the choices.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="changes">What to change.</param>
    /// <param name="options">
    /// With <see cref="RequestOptions.IfMatch"/> the call is refused if the field has changed since.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<WrittenCustomField> UpdateAsync(
        string key, CustomFieldChanges changes, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<WrittenCustomField>(Patch($"/v1/custom-fields/{key}", options).Body(changes), cancellationToken);
}

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

    /// <summary>Gets one custom field.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<CustomField> GetAsync(string key, CancellationToken cancellationToken = default) =>
        SendGetAsync<CustomField>($"/v1/custom-fields/{key}", cancellationToken);

    /// <summary>Defines a custom field. Key and type cannot be changed later.</summary>
    /// <param name="key">The name of the field in the API.</param>
    /// <param name="label">What the panel calls it.</param>
    /// <param name="type">The type.</param>
    /// <param name="choices">For the type <c>choice</c>.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<WrittenCustomField> CreateAsync(
        string key, string label, CustomFieldType type, IEnumerable<string>? choices = null,
        string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<WrittenCustomField>(
            $"/v1/custom-fields", new { key, label, type, choices }, idempotencyKey, cancellationToken);

    /// <summary>Changes what is given. Contacts keep values that are no longer among the choices.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="label">The new label.</param>
    /// <param name="choices">All choices that it shall have.</param>
    /// <param name="type">Refused unless it is the type that the field has.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="ifMatch">The ETag as it was read: the change is refused if the field has changed since.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<WrittenCustomField> UpdateAsync(
        string key, string? label = null, IEnumerable<string>? choices = null, CustomFieldType? type = null,
        string? idempotencyKey = null, string? ifMatch = null, CancellationToken cancellationToken = default) =>
        SendPatchAsync<WrittenCustomField>(
            $"/v1/custom-fields/{key}", new { label, choices, type }, idempotencyKey, ifMatch, cancellationToken);
}

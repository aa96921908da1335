using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>Texts that the workspace keeps for messages. See <see cref="CrmSolidClient"/>.</summary>
public class TemplatesClient : ResourceClient
{
    /// <summary>Makes a mock.</summary>
    protected TemplatesClient()
        : base(null)
    {
    }

    internal TemplatesClient(Transport transport)
        : base(transport)
    {
    }

    /// <summary>Lists the templates that the workspace shares, by name.</summary>
    /// <param name="search">Words in the name or the text.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Template> ListAsync(
        string? search = null, CancellationToken cancellationToken = default) =>
        Pages<Template>(() => ApiRequest.Get($"/v1/templates").Query("search", search), cancellationToken);

    /// <summary>Gets one template.</summary>
    /// <param name="templateId">The template.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Template> GetAsync(long templateId, CancellationToken cancellationToken = default) =>
        SendGetAsync<Template>($"/v1/templates/{templateId}", cancellationToken);

    /// <summary>Keeps a text, with the files that it is sent with.</summary>
    /// <param name="name">The name, which no other shared template has.</param>
    /// <param name="text">The text.</param>
    /// <param name="format">How the text is written; plain by default.</param>
    /// <param name="attachments">The ids of its files.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<WrittenTemplate> CreateAsync(
        string name, string? text = null, TextFormat? format = null, IEnumerable<string>? attachments = null,
        string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendPostAsync<WrittenTemplate>(
            $"/v1/templates", new { name, text, format, attachments }, idempotencyKey, cancellationToken);

    /// <summary>Changes what is given of a template. Messages that were made from it stay as they are.</summary>
    /// <param name="templateId">The template.</param>
    /// <param name="name">The new name.</param>
    /// <param name="text">The new text.</param>
    /// <param name="format">How the text is written.</param>
    /// <param name="attachments">The ids of its files.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="ifMatch">The ETag as it was read: the change is refused if the template has changed since.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<WrittenTemplate> UpdateAsync(
        long templateId, string? name = null, string? text = null, TextFormat? format = null,
        IEnumerable<string>? attachments = null, string? idempotencyKey = null, string? ifMatch = null,
        CancellationToken cancellationToken = default) =>
        SendPatchAsync<WrittenTemplate>(
            $"/v1/templates/{templateId}", new { name, text, format, attachments }, idempotencyKey, ifMatch,
            cancellationToken);

    /// <summary>Deletes a template.</summary>
    /// <param name="templateId">The template.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="ifMatch">The ETag as it was read: nothing is done if the template has changed since.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task DeleteAsync(
        long templateId, string? idempotencyKey = null, string? ifMatch = null,
        CancellationToken cancellationToken = default) =>
        SendDeleteAsync($"/v1/templates/{templateId}", idempotencyKey, ifMatch, cancellationToken);
}

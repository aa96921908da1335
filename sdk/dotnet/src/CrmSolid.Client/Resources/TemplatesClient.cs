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
    /// <param name="query">Which ones. By default all.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Template> ListAsync(
        TemplateQuery? query = null, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        Pages<Template>(Get($"/v1/templates", options).With(query), cancellationToken);

    /// <summary>Gets one template.</summary>
    /// <param name="templateId">The template.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Template> GetAsync(
        long templateId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Template>(Get($"/v1/templates/{templateId}", options), cancellationToken);

    /// <summary>Keeps a text, with the files that it is sent with.</summary>
    /// <param name="template">The template.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<WrittenTemplate> CreateAsync(
        TemplateInput template, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<WrittenTemplate>(Post($"/v1/templates", options).Body(template), cancellationToken);

    /// <summary>Changes what is given of a template. Messages that were made from it stay as they are.</summary>
    /// <param name="templateId">The template.</param>
    /// <param name="changes">What to change.</param>
    /// <param name="options">
    /// With <see cref="RequestOptions.IfMatch"/> the call is refused if the template has changed since.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<WrittenTemplate> UpdateAsync(
        long templateId, TemplateChanges changes, RequestOptions? options = null,
        CancellationToken cancellationToken = default) =>
        CallAsync<WrittenTemplate>(Patch($"/v1/templates/{templateId}", options).Body(changes), cancellationToken);

    /// <summary>Deletes a template.</summary>
    /// <param name="templateId">The template.</param>
    /// <param name="options">
    /// With <see cref="RequestOptions.IfMatch"/> the call is refused if the template has changed since.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<ResponseInfo> DeleteAsync(
        long templateId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync(Delete($"/v1/templates/{templateId}", options), cancellationToken);
}

/// <summary>Which templates to list.</summary>
public sealed class TemplateQuery : IQuery
{
    /// <summary>Words in the name or the text.</summary>
    public string? Search { get; init; }

    ApiRequest IQuery.AddTo(ApiRequest request) => request
        .Query("search", Search);
}

using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>The tags that contacts have. See <see cref="CrmSolidClient"/>.</summary>
public class TagsClient : ResourceClient
{
    /// <summary>Makes a mock.</summary>
    protected TagsClient()
        : base(null)
    {
    }

    internal TagsClient(Transport transport)
        : base(transport)
    {
    }

    /// <summary>Lists tags by name, each with how many contacts have it.</summary>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Tag> ListAsync(
        RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        Pages<Tag>(Get($"/v1/tags", options), cancellationToken);

    /// <summary>Gets one tag, with how many contacts have it.</summary>
    /// <param name="name">The tag.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Tag> GetAsync(
        string name, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Tag>(Get($"/v1/tags/{name}", options), cancellationToken);

    /// <summary>Gives another tag to all contacts that have this one, and takes this one from them.</summary>
    /// <param name="name">The tag.</param>
    /// <param name="input">The new name; that of another tag merges the two.</param>
    /// <param name="options">
    /// With <see cref="RequestOptions.IfMatch"/> the call is refused if not as many contacts have the tag now.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Job> RenameAsync(
        string name, RenameTagInput input, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Job>(Patch($"/v1/tags/{name}", options).Body(input), cancellationToken);

    /// <summary>Takes a tag from all contacts that have it.</summary>
    /// <param name="name">The tag.</param>
    /// <param name="options">
    /// With <see cref="RequestOptions.IfMatch"/> the call is refused if not as many contacts have the tag now.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Job> DeleteAsync(
        string name, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync<Job>(Delete($"/v1/tags/{name}", options), cancellationToken);
}

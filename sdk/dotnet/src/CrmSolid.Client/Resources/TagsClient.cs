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
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public virtual Pageable<Tag> ListAsync(CancellationToken cancellationToken = default) =>
        Pages<Tag>(() => ApiRequest.Get($"/v1/tags"), cancellationToken);

    /// <summary>Gets one tag, with how many contacts have it.</summary>
    /// <param name="name">The tag.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Tag> GetAsync(string name, CancellationToken cancellationToken = default) =>
        SendGetAsync<Tag>($"/v1/tags/{name}", cancellationToken);

    /// <summary>Gives another tag to all contacts that have this one, and takes this one from them.</summary>
    /// <param name="name">The tag.</param>
    /// <param name="to">The new name; that of another tag merges the two.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="ifMatch">The ETag as it was read: nothing is done if not as many contacts have the tag now.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Job> RenameAsync(
        string name, string to, string? idempotencyKey = null, string? ifMatch = null,
        CancellationToken cancellationToken = default) =>
        SendPatchAsync<Job>($"/v1/tags/{name}", new { name = to }, idempotencyKey, ifMatch, cancellationToken);

    /// <summary>Takes a tag from all contacts that have it.</summary>
    /// <param name="name">The tag.</param>
    /// <param name="idempotencyKey">By default a new one for this call. Give your own to repeat the call later.</param>
    /// <param name="ifMatch">The ETag as it was read: nothing is done if not as many contacts have the tag now.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual Task<Job> DeleteAsync(
        string name, string? idempotencyKey = null, string? ifMatch = null,
        CancellationToken cancellationToken = default) =>
        Transport.SendAsync<Job>(
            ApiRequest.Write(HttpMethod.Delete, $"/v1/tags/{name}", idempotencyKey).Header("If-Match", ifMatch),
            cancellationToken);
}

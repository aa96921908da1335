using System.Security.Cryptography;
using System.Text;
using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>What messages are sent with, and what they have brought. See <see cref="CrmSolidClient"/>.</summary>
public class FilesClient : ResourceClient
{
    /// <summary>Makes a mock.</summary>
    protected FilesClient()
        : base(null)
    {
    }

    internal FilesClient(Transport transport)
        : base(transport)
    {
    }

    /// <summary>
    /// Uploads a file for a message. It is read in parts; <see cref="CrmSolidClientOptions.Timeout"/> is for the time in
    /// which none is sent. A file that no message uses is deleted at its <see cref="UploadedFile.ExpiresAt"/>.
    /// </summary>
    /// <param name="file">The file, from where it is to its end. It is not disposed.</param>
    /// <param name="name">Its name, without a path.</param>
    /// <param name="options">Its idempotency key, and what it does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public virtual async Task<UploadedFile> UploadAsync(
        Stream file, string name, RequestOptions? options = null, CancellationToken cancellationToken = default)
    {
        ApiRequest request = Post($"/v1/files", options);
        await using UploadSource source = await UploadSource.OfAsync(file, request, cancellationToken).ConfigureAwait(false);
        request.Content(onPart => new MultipartFormDataContent(Boundary(request.IdempotencyKey!))
        {
            { source.Content(onPart), "file", name },
        });
        return await CallAsync<UploadedFile>(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// What a file contains, as it arrives. A connection that breaks off is made again, and goes on where it was.
    /// </summary>
    /// <param name="fileId">The file.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call; each read has a token of its own.</param>
    public virtual Task<Stream> ContentAsync(
        string fileId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync($"/v1/files/{fileId}", options, cancellationToken);

    /// <summary>A small picture of a file that has one.</summary>
    /// <param name="fileId">The file.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call; each read has a token of its own.</param>
    public virtual Task<Stream> ThumbnailAsync(
        string fileId, RequestOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync($"/v1/files/{fileId}/thumbnail", options, cancellationToken);

    /// <summary>Writes a file to a path, where it is only once it is complete.</summary>
    /// <param name="fileId">The file.</param>
    /// <param name="path">Where to write it. A file that is there is replaced.</param>
    /// <param name="options">What this call does otherwise than the client.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Its size in bytes.</returns>
    public virtual async Task<long> DownloadAsync(
        string fileId, string path, RequestOptions? options = null, CancellationToken cancellationToken = default)
    {
        string partial = $"{path}.{Path.GetRandomFileName()}.part"; // of this call alone
        await using Stream content = await ContentAsync(fileId, options, cancellationToken).ConfigureAwait(false);
        var target = new FileStream(partial, FileMode.CreateNew);
        try
        {
            long size;
            await using (target)
            {
                await content.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
                size = target.Length;
            }
            File.Move(partial, path, overwrite: true);
            return size;
        }
        finally
        {
            File.Delete(partial);
        }
    }

    // The server compares the bytes of a retry with those of the first attempt, so the boundary depends on the key alone.
    internal static string Boundary(string idempotencyKey) =>
        $"crmsolid-{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(idempotencyKey)))[..32]}";

    private async Task<Stream> OpenAsync(
        FormattableString path, RequestOptions? options, CancellationToken cancellationToken)
    {
        var stream = new ResumingStream(Transport, path, options);
        await stream.OpenAsync(cancellationToken).ConfigureAwait(false);
        return stream;
    }
}

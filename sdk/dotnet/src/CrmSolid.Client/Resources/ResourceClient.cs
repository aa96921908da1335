using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>The methods of one resource. Tests may derive mocks from the classes that derive from it.</summary>
public abstract class ResourceClient
{
    private readonly Transport? _transport;

    private protected ResourceClient(Transport? transport) => _transport = transport;

    internal Transport Transport =>
        _transport ?? throw new InvalidOperationException("the mock does not override the method that was called");

    internal Task<T> SendGetAsync<T>(FormattableString path, CancellationToken cancellationToken) =>
        Transport.SendAsync<T>(ApiRequest.Get(path), cancellationToken);

    internal Task<T> SendPostAsync<T>(FormattableString path, string? idempotencyKey, CancellationToken cancellationToken) =>
        Transport.SendAsync<T>(ApiRequest.Write(HttpMethod.Post, path, idempotencyKey), cancellationToken);

    internal Task<T> SendPostAsync<T>(
        FormattableString path, object body, string? idempotencyKey, CancellationToken cancellationToken) =>
        Transport.SendAsync<T>(ApiRequest.Write(HttpMethod.Post, path, idempotencyKey).Body(body), cancellationToken);

    internal Task<T> SendPatchAsync<T>(
        FormattableString path, object body, string? idempotencyKey, string? ifMatch, CancellationToken cancellationToken) =>
        Transport.SendAsync<T>(
            ApiRequest.Write(HttpMethod.Patch, path, idempotencyKey).Header("If-Match", ifMatch).Body(body),
            cancellationToken);

    internal Task<T> SendPutAsync<T>(
        FormattableString path, object body, string? idempotencyKey, string? ifMatch, CancellationToken cancellationToken) =>
        Transport.SendAsync<T>(
            ApiRequest.Write(HttpMethod.Put, path, idempotencyKey).Header("If-Match", ifMatch).Body(body),
            cancellationToken);

    internal async Task SendDeleteAsync(
        FormattableString path, string? idempotencyKey, string? ifMatch, CancellationToken cancellationToken)
    {
        ApiRequest request = ApiRequest.Write(HttpMethod.Delete, path, idempotencyKey).Header("If-Match", ifMatch);
        (await Transport.SendAsync(request, cancellationToken).ConfigureAwait(false)).Dispose();
    }

    /// <summary>The answer as it arrives; the caller disposes it.</summary>
    internal async Task<Stream> GetStreamAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var response = await Transport.SendAsync(request.Streamed(), cancellationToken).ConfigureAwait(false);
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        return new DownloadStream(body, $"{request.Method} {request.Path}", Transport.Options.Timeout);
    }

    internal Pageable<T> Pages<T>(
        Func<ApiRequest> request, CancellationToken cancellationToken, bool endless = false) =>
        new ApiPages<T>(Transport, request, endless, cancellationToken);
}

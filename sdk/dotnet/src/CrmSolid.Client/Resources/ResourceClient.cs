using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>The methods of one resource. Tests may derive mocks from the classes that derive from it.</summary>
public abstract class ResourceClient
{
    private readonly Transport? _transport;

    private protected ResourceClient(Transport? transport) => _transport = transport;

    internal Transport Transport =>
        _transport ?? throw new InvalidOperationException("the mock does not override the method that was called");

    internal static ApiRequest Get(FormattableString path, RequestOptions? options) => ApiRequest.Get(path, options);

    internal static ApiRequest Post(FormattableString path, RequestOptions? options) =>
        ApiRequest.Write(HttpMethod.Post, path, options);

    internal static ApiRequest Put(FormattableString path, RequestOptions? options) =>
        ApiRequest.Write(HttpMethod.Put, path, options);

    internal static ApiRequest Patch(FormattableString path, RequestOptions? options) =>
        ApiRequest.Write(HttpMethod.Patch, path, options);

    internal static ApiRequest Delete(FormattableString path, RequestOptions? options) =>
        ApiRequest.Write(HttpMethod.Delete, path, options);

    internal Task<T> CallAsync<T>(ApiRequest request, CancellationToken cancellationToken) =>
        Transport.SendAsync<T>(request, cancellationToken);

    /// <summary>Sends a request whose answer has no body.</summary>
    internal Task<ResponseInfo> CallAsync(ApiRequest request, CancellationToken cancellationToken) =>
        Transport.SendWithoutAnswerAsync(request, cancellationToken);

    /// <summary>The answer as it arrives; the caller disposes it.</summary>
    internal Task<Stream> GetStreamAsync(ApiRequest request, CancellationToken cancellationToken) =>
        Transport.DownloadAsync(request, cancellationToken);

    internal Pageable<T> Pages<T>(ApiRequest request, CancellationToken cancellationToken) =>
        new ApiPages<T>(Transport, request, cancellationToken);
}

/// <summary>Parameters of a request. They are read once, when the request is made.</summary>
internal interface IQuery
{
    ApiRequest AddTo(ApiRequest request);
}

internal static class ApiRequestExtensions
{
    public static ApiRequest With(this ApiRequest request, IQuery? query) => query?.AddTo(request) ?? request;
}

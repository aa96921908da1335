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

    internal Pageable<T> Pages<T>(FormattableString path, RequestOptions? options, CancellationToken cancellationToken) =>
        Pages<T>(path, null, options, cancellationToken);

    /// <summary>A list. Its query is read here, once, and each page asks with what it was.</summary>
    internal Pageable<T> Pages<T>(
        FormattableString path,
        QueryParameters? query,
        RequestOptions? options,
        CancellationToken cancellationToken) =>
        new ApiPages<T>(Transport, Get(path, options).With(query), cancellationToken);
}

/// <summary>The parameters of a query as they were when they were added; those that are null are left out.</summary>
internal sealed class QueryParameters
{
    private readonly List<(string Name, object Value)> _parameters = [];

    public QueryParameters Add(string name, object? value)
    {
        if (value is not null)
        {
            _parameters.Add((name, value));
        }
        return this;
    }

    /// <summary>Adds the parameter once for each value.</summary>
    public QueryParameters AddEach(string name, IEnumerable<string>? values)
    {
        _parameters.AddRange((values ?? []).Select(value => (name, (object)value)));
        return this;
    }

    public void AddTo(ApiRequest request)
    {
        foreach (var (name, value) in _parameters)
        {
            request.Query(name, value);
        }
    }
}

internal static class ApiRequestExtensions
{
    public static ApiRequest With(this ApiRequest request, QueryParameters? query)
    {
        query?.AddTo(request);
        return request;
    }
}

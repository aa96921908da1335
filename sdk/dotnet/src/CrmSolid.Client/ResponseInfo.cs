using System.Net.Http.Headers;
using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>What an answer says beside its body. Its values are read from the headers when they are asked for.</summary>
public sealed class ResponseInfo
{
    private readonly Lazy<IReadOnlyDictionary<string, string>> _headers;

    /// <summary>Makes one for tests.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="headers">The headers, whose names may be in any case.</param>
    public ResponseInfo(int status, IReadOnlyDictionary<string, string>? headers = null)
    {
        Status = status;
        _headers = new(new Dictionary<string, string>(headers ?? new Dictionary<string, string>(), StringComparer.OrdinalIgnoreCase));
    }

    internal ResponseInfo(HttpResponseMessage response)
    {
        Status = (int)response.StatusCode;
        HttpResponseHeaders headers = response.Headers;
        HttpContentHeaders contentHeaders = response.Content.Headers;
        _headers = new(() => Read(headers.Concat(contentHeaders)));
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>The headers by their names in any case; several values of one are joined by <c>, </c>.</summary>
    public IReadOnlyDictionary<string, string> Headers => _headers.Value;

    /// <summary>The id of the request, to find it in logs.</summary>
    public string? RequestId => Headers.GetValueOrDefault(HeaderNames.RequestId);

    /// <summary>The version of the object, for <see cref="RequestOptions.IfMatch"/> of a later change.</summary>
    public string? ETag => Headers.GetValueOrDefault("ETag");

    /// <summary>Whether the API repeated an earlier answer to the same idempotency key.</summary>
    public bool Replayed => Headers.GetValueOrDefault("Idempotency-Replayed") == "true";

    private static Dictionary<string, string> Read(IEnumerable<KeyValuePair<string, IEnumerable<string>>> headers)
    {
        var read = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in headers)
        {
            read[name] = string.Join(", ", values);
        }
        return read;
    }
}

using System.Text;
using System.Text.Json;

namespace CrmSolid.Client;

/// <summary>What a raw call sends. See <see cref="CrmSolidClient.SendAsync"/>.</summary>
public sealed class RawRequest
{
    /// <summary>Parameters of the query. A name may come several times.</summary>
    public IEnumerable<KeyValuePair<string, string>>? Query { get; init; }

    /// <summary>The bytes of the body; null for none.</summary>
    public byte[]? Body { get; init; }

    /// <summary>The type of the body. The default is <c>application/json</c>.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>A request with JSON as its body.</summary>
    /// <param name="json">The JSON as text.</param>
    public static RawRequest FromJson(string json) => new() { Body = Encoding.UTF8.GetBytes(json) };
}

/// <summary>The answer to a raw call.</summary>
public sealed class RawResponse
{
    /// <summary>Makes an answer, for tests.</summary>
    /// <param name="info">Status and headers.</param>
    /// <param name="body">The bytes of the body.</param>
    public RawResponse(ResponseInfo info, byte[] body)
    {
        Info = info;
        Body = body;
    }

    /// <summary>Status, headers and request id.</summary>
    public ResponseInfo Info { get; }

    /// <summary>The HTTP status: 200 to 299, or 304.</summary>
    public int Status => Info.Status;

    /// <summary>The headers by their names in any case.</summary>
    public IReadOnlyDictionary<string, string> Headers => Info.Headers;

    /// <summary>The id of the request, to find it in logs.</summary>
    public string? RequestId => Info.RequestId;

    /// <summary>The bytes of the body; empty for none.</summary>
    public byte[] Body { get; }

    /// <summary>The body as JSON.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public JsonElement Json()
    {
        using JsonDocument document = JsonDocument.Parse(Body);
        return document.RootElement.Clone();
    }
}

using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>Signs webhooks as CRM Solid does, for tests of receivers.</summary>
public static class WebhookSigner
{
    /// <summary>Signs a webhook.</summary>
    /// <param name="json">The event as JSON.</param>
    /// <param name="secret">The secret of the endpoint.</param>
    /// <param name="webhookId">The id of the event. By default the one in the JSON.</param>
    /// <param name="timestamp">When it is signed. By default now.</param>
    /// <exception cref="ArgumentException">The secret is empty, or there is no id.</exception>
    public static SignedWebhook Sign(
        string json, string secret, string? webhookId = null, DateTimeOffset? timestamp = null) =>
        Sign(Encoding.UTF8.GetBytes(json), secret, webhookId, timestamp);

    /// <summary>The same with the bytes of the body.</summary>
    /// <param name="body">The event as JSON, or what a test sends in its place.</param>
    /// <param name="secret">The secret of the endpoint.</param>
    /// <param name="webhookId">The id of the event. By default the one in the JSON.</param>
    /// <param name="timestamp">When it is signed. By default now.</param>
    /// <exception cref="ArgumentException">The secret is empty, or there is no id.</exception>
    public static SignedWebhook Sign(
        byte[] body, string secret, string? webhookId = null, DateTimeOffset? timestamp = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentException.ThrowIfNullOrEmpty(secret);
        string id = webhookId ?? EventReader.Identity(body).Id
            ?? throw new ArgumentException("the body has no id: give one", nameof(webhookId));
        string time = (timestamp ?? DateTimeOffset.UtcNow).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return new(body, new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            [WebhookSignature.IdHeader] = id,
            [WebhookSignature.TimestampHeader] = time,
            [WebhookSignature.SignatureHeader] = WebhookSignature.Standard(body, id, time, secret),
            [WebhookSignature.BodyHeader] = WebhookSignature.OfBody(body, secret),
        });
    }
}

/// <summary>A signed request to a receiver of webhooks.</summary>
public sealed class SignedWebhook
{
    internal SignedWebhook(byte[] body, IReadOnlyDictionary<string, string> headers) => (Body, Headers) = (body, headers);

    /// <summary>The body.</summary>
    public byte[] Body { get; }

    /// <summary>The headers of both signatures, by their names in any case.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>A request to post.</summary>
    /// <param name="address">The address of the receiver.</param>
    public HttpRequestMessage ToRequest(string address)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        foreach (var (name, value) in Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        return request;
    }
}

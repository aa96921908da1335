using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace CrmSolid.Client.Hosting.Tests;

/// <summary>Answers requests of a client as the test says.</summary>
internal sealed class FakeApi(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
{
    public const string Key = "cs_live_a4f9_secretsecretsecret";

    public const string Me = """
        {"key": {"id": "key_1", "name": "K", "prefix": "cs_live_a4f9", "expires_at": null, "rate_limit": 600},
         "scopes": ["read:contacts"], "workspace": {"slug": "demo", "name": "Demo", "time_zone": "UTC"},
         "mode": "live", "plan": "business"}
        """;

    public ConcurrentQueue<HttpRequestMessage> Requests { get; } = new();

    public static FakeApi Answering(string json) => new(_ => Json(200, json));

    /// <summary>Refuses with each status in turn, then answers who the key is.</summary>
    public static FakeApi Refusing(params int[] statuses)
    {
        var queue = new ConcurrentQueue<int>(statuses);
        return new(_ => queue.TryDequeue(out int status) ? Refusal(status) : Json(200, Me));
    }

    public static HttpResponseMessage Json(int status, string json, string type = "application/json") =>
        new((HttpStatusCode)status) { Content = new StringContent(json, Encoding.UTF8, type) };

    public static HttpResponseMessage Refusal(int status, string code = "refused") => Json(
        status,
        $$"""
        {"type": "/docs/errors/{{code}}", "title": "T", "status": {{status}}, "detail": "do something else",
         "code": "{{code}}", "instance": "/v1/x", "request_id": "req-1"}
        """,
        "application/problem+json");

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Enqueue(request);
        HttpResponseMessage response = answer(request);
        response.RequestMessage = request;
        return Task.FromResult(response);
    }
}

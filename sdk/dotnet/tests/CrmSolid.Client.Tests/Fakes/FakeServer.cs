using System.Net;
using System.Text;

namespace CrmSolid.Client.Tests;

/// <summary>One request as it was sent.</summary>
internal sealed record Sent(string Line, IReadOnlyDictionary<string, string> Headers, string? Body);

/// <summary>Answers requests in the order in which answers were planned; the last one again and again.</summary>
internal sealed class FakeServer : HttpMessageHandler
{
    public const string Key = "cs_live_a4f9_secretsecretsecret";

    private readonly Queue<Func<HttpRequestMessage, HttpResponseMessage>> _answers = new();

    public List<Sent> Requests { get; } = [];

    /// <summary>Answers only after this.</summary>
    public Task Until { get; set; } = Task.CompletedTask;

    public ManualTime Time { get; } = new();

    /// <summary>A client whose requests come here, and whose waits take no time.</summary>
    public CrmSolidClient Client(Action<CrmSolidClientOptions>? configure = null)
    {
        var options = new CrmSolidClientOptions
        {
            BaseUrl = new("https://crm.test"),
            HttpClient = new HttpClient(this),
            TimeProvider = Time,
        };
        configure?.Invoke(options);
        return new CrmSolidClient(Key, options);
    }

    public FakeServer Answer(int status, string body = "", params (string Name, string Value)[] headers) => Answer(() =>
    {
        string type = status < 400 ? "application/json" : "application/problem+json";
        var response = new HttpResponseMessage((HttpStatusCode)status)
        {
            Content = new StringContent(body, Encoding.UTF8, type),
        };
        foreach (var (name, value) in headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }
        return response;
    });

    public FakeServer Answer(Func<HttpResponseMessage> answer) => Answer(_ => answer());

    public FakeServer Answer(Func<HttpRequestMessage, HttpResponseMessage> answer)
    {
        _answers.Enqueue(answer);
        return this;
    }

    public FakeServer Refuse(int status, string code, params (string Name, string Value)[] headers) =>
        Answer(status, ProblemJson(status, code), headers);

    public FakeServer Drop() => Answer(() => throw new HttpRequestException("connection reset"));

    public static string ProblemJson(int status, string code) => $$"""
        {"type": "/docs/errors/{{code}}", "title": "T", "status": {{status}}, "detail": "do something else",
         "code": "{{code}}", "instance": "/v1/x", "request_id": "req-1"}
        """;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken token)
    {
        string? body = request.Content is null ? null : await request.Content.ReadAsStringAsync(token);
        var headers = request.Headers.Concat(request.Content?.Headers.AsEnumerable() ?? [])
            .ToDictionary(header => header.Key.ToLowerInvariant(), header => string.Join(", ", header.Value));
        lock (Requests)
        {
            Requests.Add(new($"{request.Method} {request.RequestUri!.PathAndQuery}", headers, body));
        }
        await Until;
        Func<HttpRequestMessage, HttpResponseMessage> answer;
        lock (_answers)
        {
            answer = _answers.Count > 1 ? _answers.Dequeue() : _answers.Peek();
        }
        HttpResponseMessage response = answer(request);
        response.RequestMessage = request;
        return response;
    }
}

using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Xunit;

namespace CrmSolid.Client.Tests;

/// <summary>Each method of each resource, against a server that keeps what is sent (<see cref="ResourceCall"/>).</summary>
public sealed class ResourceTests
{
    private const string Id = "a/b ?#%é";
    private const string EscapedId = "a%2Fb%20%3F%23%25%C3%A9";

    public static TheoryData<int, string> Calls { get; } = Rows(_ => true);

    public static TheoryData<int, string> CallsWithId { get; } = Rows(call => call.Line.Contains("{id}"));

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task It_sends_what_is_given_and_reads_the_answer(int row, string name)
    {
        ResourceCall call = ResourceCall.All[row];
        var server = new Server(call.Answer);
        var options = new RequestOptions
        {
            IdempotencyKey = "key-1",
            IfMatch = "\"v1\"",
            RequestId = "req-1",
            Headers = new Dictionary<string, string> { ["X-Team"] = "sales" },
        };
        string read = await call.RunAsync(server.Client, Id, options, CancellationToken.None);

        Assert.Equal((name, call.Expected), (call.ToString(), read));
        Sent sent = Assert.Single(server.Requests);
        Assert.Equal(call.Line.Replace("{id}", EscapedId), sent.Line);
        Assert.Equal(call.Line.StartsWith("GET ") ? null : "key-1", sent.Headers.GetValueOrDefault("idempotency-key"));
        Assert.Equal("\"v1\"", sent.Headers["if-match"]);
        Assert.Equal("req-1", sent.Headers["x-request-id"]);
        Assert.Equal("sales", sent.Headers["x-team"]);
        AssertBody(call.Body, sent);
    }

    [Theory]
    [MemberData(nameof(CallsWithId))]
    public async Task An_id_that_would_change_the_path_is_refused(int row, string name)
    {
        var server = new Server("{}");
        foreach (string id in new[] { "", ".", ".." })
        {
            await Assert.ThrowsAsync<ArgumentException>(
                () => ResourceCall.All[row].RunAsync(server.Client, id, new(), CancellationToken.None));
        }
        Assert.True(server.Requests.Count == 0, name);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Its_token_ends_it(int row, string name)
    {
        var server = new Server("{}");
        var canceled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => ResourceCall.All[row].RunAsync(server.Client, Id, new(), canceled));
        Assert.True(server.Requests.Count == 0, name);
    }

    [Fact]
    public void Every_method_of_every_resource_has_a_call()
    {
        IEnumerable<string> methods =
            from resource in typeof(CrmSolidClient).GetProperties()
            where resource.PropertyType.IsSubclassOf(typeof(ResourceClient))
            from method in resource.PropertyType.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            select $"{resource.Name}.{method.Name}";
        string[] elsewhere = ["Events.FollowAsync", "Messages.StreamAsync"]; // they have no end
        Assert.Equal(
            methods.Except(elsewhere).Order(), ResourceCall.All.Select(call => call.Method).Distinct().Order());
        Assert.Equal(methods.Count() - elsewhere.Length, ResourceCall.All.Count);
    }

    [Fact]
    public async Task Every_method_can_be_called_with_nothing_but_what_it_needs()
    {
        var server = new Server("""{"id": "x_1", "data": []}""");
        CrmSolidClient client = server.Client;
        await client.Analytics.FunnelAsync();
        await client.Contacts.ScoreAsync("con_1");
        await client.Enrollments.ResumeAsync("enr_1");
        await client.Sequences.ResumeAsync("seq_1");
        await client.Threads.GetAsync("thr_1");
        await client.Webhooks.RotateSecretAsync("whk_1");
        await (await client.Contacts.ExportAsync()).DisposeAsync();
        await client.Contacts.ImportFileAsync(new MemoryStream("id\n"u8.ToArray()));
        Assert.Equal(
            [
                "GET /v1/analytics/funnel", "GET /v1/contacts/con_1/score", "POST /v1/enrollments/enr_1/resume",
                "POST /v1/sequences/seq_1/resume", "GET /v1/threads/thr_1", "POST /v1/webhooks/whk_1/rotate-secret",
                "GET /v1/contacts/export", "POST /v1/contacts/import",
            ],
            server.Requests.Select(sent => sent.Line));
        Assert.All(server.Requests.Where(sent => sent.Line.EndsWith("resume")), sent => Assert.Equal("{}", sent.Body));
        Assert.Equal(("text/csv", "id\n"), (server.Requests[^1].Headers["content-type"], server.Requests[^1].Body));
    }

    [Fact]
    public async Task A_query_is_read_once_when_the_list_is_made()
    {
        var server = new Server("""{"data": [], "next_cursor": "c"}""", """{"data": [], "next_cursor": null}""");
        int reads = 0;
        List<string> tags = ["vip"];
        IEnumerable<string> Counted()
        {
            reads++;
            return tags;
        }
        var query = new ContactQuery { Tags = Enumerable.Range(0, 1).SelectMany(_ => Counted()) };
        Pageable<Contact> list = server.Client.Contacts.ListAsync(query);
        tags.Add("late");
        await foreach (Contact contact in list)
        {
            Assert.Null(contact);
        }
        Assert.Equal(1, reads);
        Assert.Equal(2, server.Requests.Count);
        Assert.All(server.Requests, sent => Assert.StartsWith("GET /v1/contacts?tag=vip&limit=", sent.Line));
    }

    [Fact]
    public void Every_resource_can_be_mocked()
    {
        Type[] resources = [.. typeof(CrmSolidClient).GetProperties().Select(each => each.PropertyType)
            .Where(type => type.IsSubclassOf(typeof(ResourceClient)))];
        Assert.Equal(20, resources.Length);
        Assert.All(resources, type => Assert.NotNull(Activator.CreateInstance(type, nonPublic: true)));
        IEnumerable<MethodInfo> methods = resources.SelectMany(
            type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly));
        Assert.All(methods, method => Assert.True(method is { IsVirtual: true, IsFinal: false }, method.Name));
    }

    [Fact]
    public async Task A_job_is_waited_for()
    {
        const string Running = """{"id": "job_1", "state": "running"}""";
        var server = new FakeServer().Answer(200, Running).Answer(200, Running)
            .Answer(200, """{"id": "job_1", "state": "done", "finished_at": "2026-06-01T00:00:00Z"}""");
        Job job = await server.Client().Jobs.WaitAsync("job_1", TimeSpan.FromSeconds(3));
        Assert.Equal(JobState.Done, job.State);
        Assert.All(server.Requests, sent => Assert.Equal("GET /v1/jobs/job_1", sent.Line));
        Assert.Equal(3, server.Requests.Count);
        Assert.Equal([3, 3], server.Time.Waits);
    }

    [Fact]
    public async Task An_interval_that_is_none_is_refused_before_anything_is_sent()
    {
        FakeServer server = new FakeServer().Answer(200, """{"id": "job_1", "finished_at": "2026-06-01T00:00:00Z"}""");
        foreach (TimeSpan interval in new[] { TimeSpan.Zero, Timeout.InfiniteTimeSpan, TimeSpan.FromDays(25) })
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => server.Client().Jobs.WaitAsync("job_1", interval));
        }
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Cancellation_of_the_wait_for_a_job()
    {
        using var canceled = new CancellationTokenSource();
        var server = new FakeServer().Answer(() =>
        {
            canceled.CancelAfter(50);
            return new() { Content = new StringContent("""{"id": "job_1", "state": "running"}""") };
        });
        CrmSolidClient client = server.Client(options => options.TimeProvider = TimeProvider.System);
        var error = await Assert.ThrowsAsync<CallCanceledException>(
            () => client.Jobs.WaitAsync("job_1", TimeSpan.FromHours(1), cancellationToken: canceled.Token));
        Assert.Equal(canceled.Token, error.CancellationToken);
    }

    private static TheoryData<int, string> Rows(Func<ResourceCall, bool> isMeant)
    {
        var rows = new TheoryData<int, string>();
        for (int row = 0; row < ResourceCall.All.Count; row++)
        {
            if (isMeant(ResourceCall.All[row]))
            {
                rows.Add(row, ResourceCall.All[row].ToString());
            }
        }
        return rows;
    }

    private static void AssertBody(string? expected, Sent sent)
    {
        if (expected == "multipart")
        {
            Assert.StartsWith("multipart/form-data; boundary=", sent.Headers["content-type"]);
            Assert.Contains("\r\n\r\nthe file\r\n", sent.Body);
            Assert.Equal(
                sent.Line.StartsWith("POST /v1/contacts/import"),
                sent.Body!.Contains("name=mapping\r\n\r\n{\"Telegram\":\"username\"}\r\n"));
        }
        else if (expected is null)
        {
            Assert.Null(sent.Body);
        }
        else
        {
            Assert.Equal("application/json", sent.Headers["content-type"]);
            using JsonDocument wanted = JsonDocument.Parse(expected);
            using JsonDocument body = JsonDocument.Parse(sent.Body!);
            Assert.True(JsonElement.DeepEquals(wanted.RootElement, body.RootElement), sent.Body);
        }
    }

    /// <summary>Gives the same answers to whatever is asked, the last one again and again; without a body it is 204.</summary>
    private sealed class Server : HttpMessageHandler
    {
        private readonly Queue<string> _answers;

        public Server(params string[] answers)
        {
            _answers = new(answers);
            Client = new(FakeServer.Key, new() { BaseUrl = new("https://crm.test"), HttpClient = new HttpClient(this) });
        }

        public CrmSolidClient Client { get; }

        public List<Sent> Requests { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken token)
        {
            token.ThrowIfCancellationRequested();
            string? body = request.Content is null ? null : await request.Content.ReadAsStringAsync(token);
            var headers = request.Headers.Concat(request.Content?.Headers.AsEnumerable() ?? [])
                .ToDictionary(header => header.Key.ToLowerInvariant(), header => string.Join(", ", header.Value));
            Requests.Add(new($"{request.Method} {request.RequestUri!.PathAndQuery}", headers, body));
            string answer = _answers.Count > 1 ? _answers.Dequeue() : _answers.Peek();
            return new(answer.Length == 0 ? HttpStatusCode.NoContent : HttpStatusCode.OK)
            {
                Content = new StringContent(answer, Encoding.UTF8, "application/json"),
                RequestMessage = request,
            };
        }
    }
}

using Xunit;

namespace CrmSolid.Client.Tests;

public sealed class RequestOptionsTests
{
    private readonly FakeServer _server = new FakeServer().Answer(200, Answers.Contact("con_1"));

    [Fact]
    public async Task What_one_call_says_goes_with_it()
    {
        await _server.Client().Contacts.UpdateAsync("con_1", new() { Name = "S" }, new()
        {
            IdempotencyKey = "mine",
            IfMatch = "\"a\"",
            RequestId = "job-7.3_x",
            Headers = new Dictionary<string, string> { ["X-Tenant"] = "7" },
        });
        var headers = Assert.Single(_server.Requests).Headers;
        Assert.Equal(
            ("mine", "\"a\"", "job-7.3_x", "7"),
            (headers["idempotency-key"], headers["if-match"], headers["x-request-id"], headers["x-tenant"]));
        Assert.Equal($"Bearer {FakeServer.Key}", headers["authorization"]);
        Assert.StartsWith("crmsolid-client-dotnet/", headers["user-agent"]);
    }

    [Fact]
    public async Task A_program_may_name_itself()
    {
        var headers = new Dictionary<string, string> { ["User-Agent"] = "importer/2" };
        await _server.Client().Contacts.GetAsync("con_1", new() { Headers = headers });
        Assert.Equal("importer/2", Assert.Single(_server.Requests).Headers["user-agent"]);
    }

    [Theory]
    [InlineData("Authorization", "Bearer other")]
    [InlineData("idempotency-key", "other")]
    [InlineData("Host", "elsewhere.test")]
    [InlineData("Content-Type", "text/plain")]
    [InlineData("Content-Length", "5")]
    [InlineData("Transfer-Encoding", "chunked")]
    [InlineData("X-Bad", "a\r\nb")]
    [InlineData("X Bad", "a")]
    [InlineData("", "a")]
    public async Task Headers_that_are_the_clients_or_none_are_refused(string name, string value)
    {
        var options = new RequestOptions { Headers = new Dictionary<string, string> { [name] = value } };
        await Assert.ThrowsAnyAsync<ArgumentException>(() => _server.Client().Contacts.GetAsync("con_1", options));
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_request_id_that_is_none_is_refused()
    {
        foreach (string id in new[] { "", "a b", "é", new string('x', 129) })
        {
            await Assert.ThrowsAsync<ArgumentException>(
                () => _server.Client().Contacts.GetAsync("con_1", new() { RequestId = id }));
        }
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Options_are_read_when_the_call_is_made()
    {
        var headers = new Dictionary<string, string> { ["X-Tenant"] = "7" };
        var options = new RequestOptions { RequestId = "first", Headers = headers };
        _server.Answer(200, Answers.Page("next", Answers.Contact("con_1"))).Answer(200, Answers.Page(null));
        Pageable<Contact> list = _server.Client().Contacts.ListAsync(options: options);
        options.RequestId = "second";
        headers["X-Tenant"] = "8";
        await _server.Client().Contacts.GetAsync("con_1"); // takes the first answer
        await foreach (Contact contact in list)
        {
            Assert.Equal("con_1", contact.Id);
        }
        Assert.Equal(
            [("first", "7"), ("first", "7")],
            _server.Requests.Skip(1).Select(request => (request.Headers["x-request-id"], request.Headers["x-tenant"])));
    }

    [Fact]
    public async Task An_answer_tells_its_status_headers_request_id_and_ETag()
    {
        var server = new FakeServer().Answer(
            201, Answers.Contact("con_1"), ("X-Request-Id", "req-9"), ("ETag", "\"b\""), ("Idempotency-Replayed", "true"), ("X-A", "1"), ("X-A", "2"));
        Contact contact = await server.Client().Contacts.GetAsync("con_1");
        ResponseInfo response = contact.Response!;
        Assert.Equal((201, "req-9", "\"b\"", true), (response.Status, response.RequestId, response.ETag, response.Replayed));
        Assert.Equal("1, 2", response.Headers["x-a"]);
        Assert.StartsWith("application/json", response.Headers["CONTENT-TYPE"]);
    }

    [Fact]
    public async Task A_page_and_a_refusal_tell_it_too()
    {
        var server = new FakeServer().Answer(200, Answers.Page(null, Answers.Contact("con_1")), ("X-Request-Id", "req-9"));
        await foreach (Page<Contact> page in server.Client().Contacts.ListAsync().AsPages())
        {
            Assert.Equal("req-9", page.Response!.RequestId);
            Assert.Null(page.Data[0].Response);
            Assert.False(page.Response.Replayed);
        }
        server = new FakeServer().Refuse(404, "not_found", ("X-Request-Id", "req-8"));
        var error = await Assert.ThrowsAsync<NotFoundException>(() => server.Client().Contacts.GetAsync("con_1"));
        Assert.Equal((404, "req-8"), (error.Response!.Status, error.Response.RequestId));
    }

    [Fact]
    public void Information_for_tests_can_be_made()
    {
        var info = new ResponseInfo(200, new Dictionary<string, string> { ["etag"] = "\"a\"" });
        Assert.Equal(("\"a\"", null, false), (info.ETag, info.RequestId, info.Replayed));
    }
}

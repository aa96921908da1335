using System.Text;
using Xunit;

namespace CrmSolid.Client.Tests;

public sealed class RawTests
{
    private readonly FakeServer _server = new();

    [Fact]
    public async Task Any_path_is_asked_with_the_key_retries_and_what_the_answer_was()
    {
        _server.Refuse(503, "service_unavailable").Answer(200, """{"a": [1]}""", ("X-Request-Id", "req-7"));
        RawResponse answer = await _server.Client().SendAsync(HttpMethod.Get, "/v1/later?a=1", new()
        {
            Query = [new("tag", "a b"), new("tag", "c&d")],
        });
        Assert.Equal("GET /v1/later?a=1&tag=a%20b&tag=c%26d", _server.Requests[1].Line);
        Assert.Equal($"Bearer {FakeServer.Key}", _server.Requests[1].Headers["authorization"]);
        Assert.False(_server.Requests[1].Headers.ContainsKey("idempotency-key"));
        Assert.Equal((200, "req-7", 1), (answer.Status, answer.RequestId, answer.Json().GetProperty("a")[0].GetInt32()));
        Assert.Equal("""{"a": [1]}""", Encoding.UTF8.GetString(answer.Body));
    }

    [Fact]
    public async Task A_write_has_a_key_and_its_body()
    {
        _server.Drop().Answer(202, "");
        var request = RawRequest.FromJson("""{"é": 1}""");
        RawResponse answer = await _server.Client().SendAsync(
            HttpMethod.Post, "/v1/later", request, new() { IfMatch = "\"a\"" });
        Assert.Equal((202, 0), (answer.Status, answer.Body.Length));
        Assert.Equal("""{"é": 1}""", _server.Requests[1].Body);
        Assert.Equal("application/json", _server.Requests[1].Headers["content-type"]);
        Assert.Equal("\"a\"", _server.Requests[1].Headers["if-match"]);
        Assert.Single(_server.Requests.Select(sent => sent.Headers["idempotency-key"]).Distinct());

        await _server.Client().SendAsync(
            HttpMethod.Put, "/v1/later", new() { Body = [1, 2], ContentType = "application/octet-stream" });
        Assert.Equal("application/octet-stream", _server.Requests[2].Headers["content-type"]);
    }

    [Fact]
    public async Task An_answer_that_nothing_has_changed_is_no_error()
    {
        _server.Answer(304);
        RawResponse answer = await _server.Client().SendAsync(HttpMethod.Get, "/v1/x", null, new() { IfNoneMatch = "\"a\"" });
        Assert.Equal(304, answer.Status);
        Assert.Equal("\"a\"", Assert.Single(_server.Requests).Headers["if-none-match"]);
    }

    [Fact]
    public async Task Refusals_are_exceptions()
    {
        _server.Refuse(404, "not_found");
        await Assert.ThrowsAsync<NotFoundException>(() => _server.Client().SendAsync(HttpMethod.Delete, "/v1/x"));
    }

    [Theory]
    [InlineData("v1/me")]
    [InlineData("https://elsewhere.test/v1/me")]
    [InlineData("/v1/me#a")]
    [InlineData("/v1/ me")]
    [InlineData("/v1/me\r\n")]
    [InlineData("\\\\elsewhere.test")]
    [InlineData("")]
    public async Task A_path_that_is_none_is_refused(string path)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _server.Client().SendAsync(HttpMethod.Get, path));
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_path_cannot_name_another_host()
    {
        _server.Answer(request => new() { Content = new StringContent(request.RequestUri!.Host) });
        foreach (string path in new[] { "//elsewhere.test/x", "/@elsewhere.test", "/.elsewhere.test" })
        {
            RawResponse answer = await _server.Client().SendAsync(HttpMethod.Get, path);
            Assert.Equal("crm.test", Encoding.UTF8.GetString(answer.Body));
        }
    }
}

using Xunit;

namespace CrmSolid.Client.Tests;

/// <summary>The API key goes nowhere else, also where the caller's own HttpClient follows redirects.</summary>
public sealed class RedirectTests
{
    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task The_client_follows_none(int status)
    {
        using var elsewhere = new SocketServer(_ => SocketServer.Answer(Answers.Queued));
        using var server = new SocketServer(_ => SocketServer.Answer("", status, $"Location: {elsewhere.Address}\r\n"));
        var client = new CrmSolidClient(FakeServer.Key, new() { BaseUrl = server.Address });
        UnexpectedAnswerException error = await RefusedAsync(client);
        Assert.Equal((status, "mine"), (error.Status, error.IdempotencyKey));
        Assert.Empty(elsewhere.Lines);
        Assert.Equal(["POST /v1/messages/send HTTP/1.1"], server.Lines);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task What_the_callers_HttpClient_has_followed_is_an_error(int status)
    {
        using var server = new SocketServer(line => line.Contains("/elsewhere")
            ? SocketServer.Answer(Answers.Queued)
            : SocketServer.Answer("", status, "Location: /elsewhere\r\n"));
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = true });
        var client = new CrmSolidClient(http, new() { Key = FakeServer.Key, BaseUrl = server.Address });
        UnexpectedAnswerException error = await RefusedAsync(client);
        Assert.Contains("AllowAutoRedirect", error.Message);
        Assert.Equal("mine", error.IdempotencyKey);
        Assert.Equal(2, server.Lines.Count);
    }

    [Fact]
    public async Task A_redirect_to_the_same_address_that_turns_a_send_into_a_read_is_an_error()
    {
        using var server = new SocketServer(line => line.StartsWith("GET")
            ? SocketServer.Answer(Answers.Queued)
            : SocketServer.Answer("", 303, "Location: /v1/messages/send\r\n"));
        using var http = new HttpClient();
        var client = new CrmSolidClient(http, new() { Key = FakeServer.Key, BaseUrl = server.Address });
        Assert.Contains("AllowAutoRedirect", (await RefusedAsync(client)).Message);
        Assert.StartsWith("GET", server.Lines[1]);
    }

    private static Task<UnexpectedAnswerException> RefusedAsync(CrmSolidClient client) =>
        Assert.ThrowsAsync<UnexpectedAnswerException>(
            () => client.Messages.SendAsync(1, "@sarah", "Hi", new() { IdempotencyKey = "mine" }));
}

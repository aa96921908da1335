using Xunit;

namespace CrmSolid.Client.Tests;

/// <summary>Whatever happens to a write, its error carries the idempotency key with which it can be repeated.</summary>
public sealed class KeyOfWriteTests
{
    private readonly FakeServer _server = new();

    [Theory]
    [InlineData("")]
    [InlineData("<html>welcome</html>")]
    [InlineData("""{"id": "msg_1", "sta""")]
    [InlineData("null")]
    [InlineData("[]")]
    public async Task A_success_that_cannot_be_read(string body)
    {
        _server.Answer(200, body, ("X-Request-Id", "req-7"));
        var error = await Assert.ThrowsAsync<UnexpectedAnswerException>(SendAsync);
        Assert.Equal((200, "req-7", "mine"), (error.Status, error.RequestId, error.IdempotencyKey));
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_timeout()
    {
        CrmSolidClient client = new SilentServer().Client(options => options.RetryFor = TimeSpan.FromSeconds(0.05));
        var error = await Assert.ThrowsAsync<RequestTimedOutException>(() => SendAsync(client));
        Assert.Equal("mine", error.IdempotencyKey);
    }

    [Fact]
    public async Task A_timeout_of_the_callers_own_HttpClient()
    {
        var http = new HttpClient(new SilentServer()) { Timeout = TimeSpan.FromSeconds(0.05) };
        var client = new CrmSolidClient(http, new() { Key = FakeServer.Key, RetryFor = TimeSpan.Zero });
        var error = await Assert.ThrowsAsync<RequestTimedOutException>(() => SendAsync(client));
        Assert.Equal("mine", error.IdempotencyKey);
    }

    [Fact]
    public async Task Whatever_the_callers_own_handler_throws()
    {
        _server.Answer(_ => throw new InvalidOperationException("the circuit is open"));
        var error = await Assert.ThrowsAsync<ConnectionFailedException>(SendAsync);
        Assert.Equal("mine", error.IdempotencyKey);
        Assert.Contains("the circuit is open", error.Message);
    }

    [Fact]
    public async Task A_key_that_a_handler_tells_in_its_error_is_told_to_nobody()
    {
        _server.Answer(request => throw new InvalidOperationException($"cannot send {request.Headers.Authorization}"));
        var error = await Assert.ThrowsAsync<ConnectionFailedException>(SendAsync);
        Assert.DoesNotContain(FakeServer.Key, error.ToString());
    }

    [Theory]
    [InlineData(504, "", true)]
    [InlineData(429, "rate_limited", false)]
    public async Task A_refusal_before_a_refused_connection_says_whether_the_write_may_have_happened(
        int status, string code, bool expected)
    {
        _server.Refuse(status, code)
            .Answer(_ => throw new HttpRequestException(HttpRequestError.ConnectionError, "refused"));
        CrmSolidClient client = _server.Client(options => options.MaxRetries = 1);
        var error = await Assert.ThrowsAsync<ConnectionFailedException>(() => SendAsync(client));
        Assert.Equal((expected, 2), (error.MayHaveHappened, _server.Requests.Count));
    }

    [Fact]
    public async Task Nor_is_it_when_the_caller_has_canceled()
    {
        using var canceled = new CancellationTokenSource();
        _server.Answer(request =>
        {
            canceled.Cancel();
            throw new InvalidOperationException($"cannot send {request.Headers.Authorization}");
        });
        var error = await Assert.ThrowsAsync<CallCanceledException>(
            () => _server.Client().Messages.SendAsync(Draft, cancellationToken: canceled.Token));
        Assert.DoesNotContain(FakeServer.Key, error.ToString());
    }

    [Fact]
    public async Task Cancellation_while_the_server_works_with_the_callers_token()
    {
        using var canceled = new CancellationTokenSource();
        CrmSolidClient client = new SilentServer(canceled.Cancel).Client();
        await CanceledAsync(client, canceled.Token);
    }

    [Fact]
    public async Task Cancellation_before_anything_is_sent()
    {
        await CanceledAsync(_server.Client(), new CancellationToken(canceled: true));
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Cancellation_between_two_attempts()
    {
        using var canceled = new CancellationTokenSource();
        _server.Drop();
        CrmSolidClient client = _server.Client(options =>
        {
            options.TimeProvider = TimeProvider.System;
            options.OnRetry = _ => canceled.CancelAfter(10);
        });
        await CanceledAsync(client, canceled.Token);
    }

    [Fact]
    public async Task Cancellation_of_a_wait_for_the_rate_limit()
    {
        _server.Answer(
            200, Answers.Queued, ("X-RateLimit-Limit", "10"), ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "30"));
        CrmSolidClient client = _server.Client(options => options.TimeProvider = TimeProvider.System);
        await SendAsync(client);
        using var canceled = new CancellationTokenSource(10);
        await CanceledAsync(client, canceled.Token);
        Assert.Single(_server.Requests);
    }

    private static async Task CanceledAsync(CrmSolidClient client, CancellationToken token)
    {
        var error = await Assert.ThrowsAsync<CallCanceledException>(
            () => client.Messages.SendAsync(Draft, new() { IdempotencyKey = "mine" }, token));
        Assert.Equal(("mine", token), (error.IdempotencyKey, error.CancellationToken));
    }

    private static MessageDraft Draft => new() { AccountId = 1, To = "@sarah", Text = "Hi" };

    private static Task<QueuedMessage> SendAsync(CrmSolidClient client) =>
        client.Messages.SendAsync(Draft, new() { IdempotencyKey = "mine" });

    private Task<QueuedMessage> SendAsync() => SendAsync(_server.Client());
}

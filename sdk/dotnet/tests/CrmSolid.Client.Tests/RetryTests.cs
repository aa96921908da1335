using System.Security.Authentication;
using System.Text.Json;
using Xunit;

namespace CrmSolid.Client.Tests;

public sealed class RetryTests
{
    private readonly FakeServer _server = new();

    [Fact]
    public async Task A_write_is_repeated_after_a_dropped_connection_with_the_same_key_and_body()
    {
        _server.Drop().Drop().Answer(200, Answers.Queued);
        QueuedMessage message = await _server.Client().Messages.SendAsync(7421, "@sarah", "Привет 😀");

        Assert.Equal("msg_1", message.Id);
        Assert.Equal(3, _server.Requests.Count);
        Assert.Single(_server.Requests.Select(request => request.Headers["idempotency-key"]).Distinct());
        Assert.Single(_server.Requests.Select(request => request.Body).Distinct());
        using JsonDocument body = JsonDocument.Parse(_server.Requests[0].Body!);
        Assert.Equal("Привет 😀", body.RootElement.GetProperty("text").GetString());
    }

    [Fact]
    public async Task Each_write_has_a_key_of_its_own()
    {
        CrmSolidClient client = _server.Answer(200, Answers.Queued).Client();
        await client.Messages.SendAsync(7421, "@sarah", "Hi");
        await client.Messages.SendAsync(7421, "@sarah", "Hi");
        await client.Messages.SendAsync(7421, "@sarah", "Hi", new() { IdempotencyKey = "mine" });

        string[] keys = _server.Requests.Select(request => request.Headers["idempotency-key"]).ToArray();
        Assert.NotEqual(keys[0], keys[1]);
        Assert.Equal("mine", keys[2]);
    }

    [Fact]
    public async Task A_key_that_no_header_can_carry_is_refused_before_anything_is_sent()
    {
        CrmSolidClient client = _server.Answer(200, Answers.Queued).Client();
        foreach (string key in new[] { "", " ", "mine ", "ключ", "a\nb", new string('k', 256) })
        {
            var error = await Assert.ThrowsAsync<ArgumentException>(
                () => client.Messages.SendAsync(7421, "@sarah", "Hi", new() { IdempotencyKey = key }));
            Assert.Contains("1 to 255 printable ASCII characters", error.Message);
        }
        var refused = await Assert.ThrowsAsync<ArgumentException>(
            () => client.Contacts.UpdateAsync("con_1", new() { Name = "S" }, new() { IfMatch = "a\nb" }));
        Assert.Contains("If-Match", refused.Message);
        Assert.Empty(_server.Requests);

        foreach (string key in new[] { "k", "my key", new string('k', 255) })
        {
            await client.Messages.SendAsync(7421, "@sarah", "Hi", new() { IdempotencyKey = key });
            Assert.Equal(key, _server.Requests[^1].Headers["idempotency-key"]);
        }
    }

    [Fact]
    public async Task A_read_has_no_key()
    {
        await _server.Answer(200, Answers.Me).Client().MeAsync();
        Assert.False(Assert.Single(_server.Requests).Headers.ContainsKey("idempotency-key"));
    }

    [Fact]
    public async Task Waits_grow_are_random_and_have_a_limit()
    {
        for (int attempt = 0; attempt < 8; attempt++)
        {
            _server.Refuse(503, "service_unavailable");
        }
        _server.Answer(200, Answers.Me);
        await _server.Client(options => options.RetryFor = TimeSpan.FromMinutes(2)).MeAsync();

        double[] longest = [0.5, 1, 2, 4, 8, 8, 8, 8];
        Assert.Equal(longest.Length, _server.Time.Waits.Count);
        foreach (var (wait, most) in _server.Time.Waits.Zip(longest))
        {
            Assert.InRange(wait, most / 2, most);
        }
        Assert.Equal(8, _server.Time.Waits.Distinct().Count());
    }

    [Fact]
    public async Task Retry_after_is_obeyed()
    {
        _server.Refuse(429, "rate_limited", ("Retry-After", "7")).Answer(200, Answers.Me);
        await _server.Client().MeAsync();
        Assert.InRange(Assert.Single(_server.Time.Waits), 7, 7.25);
    }

    [Fact]
    public async Task Retry_after_may_be_a_date()
    {
        string date = _server.Time.GetUtcNow().AddSeconds(20).ToString("R");
        _server.Refuse(503, "service_unavailable", ("Retry-After", date)).Answer(200, Answers.Me);
        await _server.Client().MeAsync();
        Assert.InRange(Assert.Single(_server.Time.Waits), 20, 20.25);
    }

    [Fact]
    public async Task A_wait_that_takes_too_long_is_not_begun()
    {
        _server.Refuse(429, "rate_limited", ("Retry-After", "600"));
        var error = await Assert.ThrowsAsync<RateLimitedException>(() => _server.Client().MeAsync());
        Assert.Equal(TimeSpan.FromMinutes(10), error.RetryAfter);
        Assert.Empty(_server.Time.Waits);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task The_last_error_is_thrown_when_the_time_for_retries_is_over()
    {
        _server.Drop();
        CrmSolidClient client = _server.Client(options => options.RetryFor = TimeSpan.FromSeconds(10));
        var error = await Assert.ThrowsAsync<ConnectionFailedException>(() => client.Messages.SendAsync(1, "@sarah", "Hi"));

        Assert.Equal(_server.Requests[0].Headers["idempotency-key"], error.IdempotencyKey);
        Assert.InRange(_server.Time.Waits.Sum(), 2, 10);
        Assert.True(error.MayHaveHappened);
        Assert.Equal(_server.Requests.Count - 1, _server.Time.Waits.Count);
    }

    [Fact]
    public async Task A_first_request_that_still_runs_is_waited_for()
    {
        _server.Refuse(409, "idempotency_in_progress").Answer(200, Answers.Queued);
        await _server.Client().Messages.SendAsync(1, "@sarah", "Hi");
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task The_daily_limit_of_an_account_is_thrown_at_once()
    {
        _server.Refuse(429, "account_daily_limit", ("Retry-After", "1"));
        var error = await Assert.ThrowsAsync<AccountDailyLimitException>(
            () => _server.Client().Messages.SendAsync(1, "@sarah", "Hi"));
        Assert.Equal(TimeSpan.FromSeconds(1), error.RetryAfter);
        Assert.Single(_server.Requests);
        Assert.Empty(_server.Time.Waits);
    }

    [Fact]
    public async Task Refusals_of_the_request_are_not_repeated()
    {
        _server.Refuse(409, "contact_opted_out");
        await Assert.ThrowsAsync<ContactOptedOutException>(() => _server.Client().Messages.SendAsync(1, "@sarah", "Hi"));
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_tried_twice_more()
    {
        _server.Answer(() => throw new HttpRequestException("TLS", new AuthenticationException("not trusted")));
        var error = await Assert.ThrowsAsync<ConnectionFailedException>(() => _server.Client().MeAsync());
        Assert.Equal(3, _server.Requests.Count);
        Assert.InRange(_server.Time.Waits.Sum(), 0.75, 1.5);
        Assert.False(error.MayHaveHappened);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_in_time_is_another_attempt()
    {
        var server = new SilentServer();
        CrmSolidClient client = server.Client(options =>
        {
            options.Timeout = TimeSpan.FromMilliseconds(20);
            options.RetryFor = TimeSpan.FromSeconds(3);
            options.TimeProvider = new ManualTime();
        });
        await Assert.ThrowsAsync<RequestTimedOutException>(() => client.MeAsync());
        Assert.InRange(server.Requests, 2, 10);
    }
}

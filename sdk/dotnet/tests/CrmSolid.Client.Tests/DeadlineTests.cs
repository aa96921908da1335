using Xunit;

namespace CrmSolid.Client.Tests;

/// <summary>A call ends: after its retries, at its deadline, and never with a wait that goes past it.</summary>
public sealed class DeadlineTests
{
    private readonly FakeServer _server = new();

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task What_may_pass_is_tried_again(int status)
    {
        _server.Answer(status).Answer(200, Answers.Me);
        await _server.Client().MeAsync();
        Assert.Equal(2, _server.Requests.Count);
        Assert.InRange(Assert.Single(_server.Time.Waits), 0.25, 0.5);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(501)]
    [InlineData(505)]
    public async Task Anything_else_is_thrown_at_once(int status)
    {
        _server.Answer(status);
        await Assert.ThrowsAnyAsync<ApiException>(() => _server.Client().MeAsync());
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task The_limit_of_a_key_for_a_day_is_thrown_at_once()
    {
        _server.Refuse(429, "key_budget", ("Retry-After", "1"));
        var error = await Assert.ThrowsAsync<RateLimitedException>(() => _server.Client().MeAsync());
        Assert.Equal("key_budget", error.Code.Value);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_wait_for_the_rate_limit_comes_on_top_of_the_deadline()
    {
        _server.Refuse(429, "rate_limited", ("Retry-After", "60")).Refuse(503, "service_unavailable").Answer(200, Answers.Me);
        await _server.Client(options => options.RetryFor = TimeSpan.FromSeconds(5)).MeAsync();
        Assert.InRange(_server.Time.Elapsed.TotalSeconds, 60, 62);
    }

    [Fact]
    public async Task Without_a_deadline_the_number_of_retries_counts()
    {
        _server.Refuse(503, "service_unavailable");
        CrmSolidClient client = _server.Client(options =>
            (options.RetryFor, options.MaxRetries) = (Timeout.InfiniteTimeSpan, 20));
        await Assert.ThrowsAsync<ServerErrorException>(() => client.MeAsync());
        Assert.Equal(21, _server.Requests.Count);
    }

    [Fact]
    public async Task More_time_than_a_timer_can_wait_for_is_no_deadline()
    {
        _server.Refuse(429, "rate_limited", ("Retry-After", "3")).Answer(200, Answers.Me);
        await _server.Client(options => options.RetryFor = TimeSpan.MaxValue).MeAsync();
        Assert.Equal(2, _server.Requests.Count);
    }

    [Theory]
    [InlineData(3.05, 1)]
    [InlineData(3.15, 2)]
    public async Task An_attempt_has_a_tenth_of_a_second_or_is_not_made(double seconds, int requests)
    {
        _server.Answer(202, "{}", ("Retry-After", "3"));
        CrmSolidClient client = _server.Client(options => options.RetryFor = TimeSpan.FromSeconds(seconds));
        await Assert.ThrowsAsync<CrmSolidException>(() => client.Files.ContentAsync("fil_1"));
        Assert.Equal(requests, _server.Requests.Count);
    }

    [Fact]
    public async Task The_timeout_of_a_call_is_used_and_not_that_of_the_client()
    {
        var server = new SilentServer();
        CrmSolidClient client = server.Client(options => options.RetryFor = TimeSpan.Zero);
        var error = await Assert.ThrowsAsync<RequestTimedOutException>(
            () => client.MeAsync(new() { Timeout = TimeSpan.FromSeconds(0.05) }));
        Assert.Contains("0.05 s", error.Message);
    }

    [Fact]
    public void A_longer_timeout_makes_the_deadline_longer_unless_one_is_given()
    {
        var options = new CrmSolidClientOptions();
        Assert.Equal(TimeSpan.FromSeconds(30), options.RetryFor);
        options.Timeout = TimeSpan.FromSeconds(90);
        Assert.Equal(TimeSpan.FromSeconds(90), options.RetryFor);
        options.RetryFor = TimeSpan.FromSeconds(5);
        Assert.Equal(TimeSpan.FromSeconds(5), options.RetryFor);
    }

    [Fact]
    public async Task Limits_that_are_none_are_refused_before_anything_is_sent()
    {
        TimeSpan negative = TimeSpan.FromSeconds(-1);
        foreach (CrmSolidClientOptions options in new CrmSolidClientOptions[]
        {
            new() { Timeout = TimeSpan.Zero },
            new() { Timeout = negative },
            new() { RetryFor = negative },
            new() { MaxRetries = -1 },
            new() { StreamIdleTimeout = TimeSpan.Zero },
        })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new CrmSolidClient(FakeServer.Key, options));
        }
        foreach (RequestOptions options in new RequestOptions[]
        {
            new() { Timeout = TimeSpan.Zero },
            new() { RetryFor = negative },
            new() { MaxRetries = -1 },
        })
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _server.Client().MeAsync(options));
        }
        Assert.Empty(_server.Requests);
    }
}

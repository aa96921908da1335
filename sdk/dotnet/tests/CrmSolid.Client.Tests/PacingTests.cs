using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CrmSolid.Client.Tests;

public sealed class PacingTests
{
    private readonly FakeServer _server = new();

    [Fact]
    public async Task A_request_waits_for_the_next_window_before_the_limit_is_reached()
    {
        CrmSolidClient client = Remaining(1, reset: 42).Client();
        await client.MeAsync();
        await client.MeAsync();
        Assert.Empty(_server.Time.Waits);

        _server.Answer(200, Answers.Me);
        await client.MeAsync();
        Assert.Equal(42, _server.Time.Waits.Sum());
        Assert.Equal(3, _server.Requests.Count);
    }

    [Fact]
    public async Task One_percent_of_the_limit_is_left_to_other_clients_of_the_key()
    {
        CrmSolidClient client = Remaining(6, reset: 30, limit: 600).Client();
        await client.MeAsync();
        await client.MeAsync();
        Assert.Equal(30, _server.Time.Waits.Sum());
    }

    [Fact]
    public async Task Requests_without_an_answer_yet_count_too()
    {
        var answered = new TaskCompletionSource();
        CrmSolidClient client = Remaining(2, reset: 20).Client();
        await client.MeAsync();
        _server.Until = answered.Task;
        Task[] calls = [client.MeAsync(), client.MeAsync()];
        Assert.Empty(_server.Time.Waits);

        Task third = client.MeAsync(); // the answers said that two are left, and two are on their way
        Assert.True(SpinWait.SpinUntil(() => _server.Time.Waits.Sum() >= 20, TimeSpan.FromSeconds(10)));
        answered.SetResult();
        await Task.WhenAll([.. calls, third]);
        Assert.Equal(4, _server.Requests.Count);
        Assert.Equal(20, _server.Time.Waits.Sum());
    }

    [Fact]
    public async Task Nothing_waits_after_the_window_has_ended()
    {
        CrmSolidClient client = Remaining(0, reset: 5).Client();
        await client.MeAsync();
        _server.Time.Advance(TimeSpan.FromSeconds(5));
        await client.MeAsync();
        Assert.Empty(_server.Time.Waits);
    }

    [Fact]
    public async Task A_window_that_begins_before_the_known_one_ends_is_a_new_one()
    {
        CrmSolidClient client = Remaining(6, reset: 1, limit: 100).Client(); // in fact 0.2 s, which is rounded up
        await client.MeAsync();
        _server.Time.Advance(TimeSpan.FromSeconds(0.5));
        Remaining(99, reset: 60, limit: 100);
        await CallAsync(client, 98);
        Assert.Empty(_server.Time.Waits);
    }

    [Fact]
    public async Task A_late_answer_about_an_earlier_window_is_ignored()
    {
        CrmSolidClient client = Remaining(99, reset: 60, limit: 100).Client();
        await client.MeAsync();
        var answered = new TaskCompletionSource();
        Remaining(0, reset: 1, limit: 100);
        await client.MeAsync(); // the first answer again
        _server.Until = answered.Task;
        Task late = client.MeAsync();
        _server.Until = Task.CompletedTask;
        _server.Time.Advance(TimeSpan.FromSeconds(60));
        Remaining(98, reset: 60, limit: 100);
        await Task.WhenAll(NextWindowAsync(), late);

        async Task NextWindowAsync()
        {
            await client.MeAsync(); // takes the answer of the earlier window, in the next one
            answered.SetResult();
        }
        Assert.Empty(_server.Time.Waits);
    }

    [Fact]
    public async Task The_end_of_a_window_is_the_earliest_that_an_answer_told()
    {
        CrmSolidClient client = Remaining(50, reset: 60, limit: 100).Client();
        await client.MeAsync();
        _server.Time.Advance(TimeSpan.FromSeconds(10.5));
        Remaining(1, reset: 50, limit: 100);
        await CallAsync(client, 2); // the first answer is repeated once
        await client.MeAsync();
        Assert.Equal(49.5, _server.Time.Waits.Sum());
    }

    [Fact]
    public async Task Pacing_can_be_switched_off()
    {
        CrmSolidClient client = Remaining(0, reset: 42).Client(options => options.PaceRequests = false);
        await client.MeAsync();
        await client.MeAsync();
        Assert.Empty(_server.Time.Waits);
    }

    [Fact]
    public async Task It_paces_without_retries_too_and_its_waits_are_not_the_time_of_the_call()
    {
        CrmSolidClient client = Remaining(0, reset: 42).Client(options => options.RetryFor = TimeSpan.FromSeconds(10));
        await client.MeAsync();
        await client.MeAsync(new() { RetryFor = TimeSpan.Zero });
        Assert.Equal(42, _server.Time.Waits.Sum());
        await client.MeAsync();
        Assert.Equal(3, _server.Requests.Count);
    }

    [Fact]
    public async Task A_first_request_that_is_lost_lets_the_next_one_go_ahead()
    {
        _server.Drop().Answer(200, Answers.Me);
        CrmSolidClient client = _server.Client(options => options.RetryFor = TimeSpan.Zero);
        await Assert.ThrowsAsync<ConnectionFailedException>(() => client.MeAsync());
        await client.MeAsync();
        Assert.Empty(_server.Time.Waits);
    }

    [Fact]
    public async Task A_refusal_for_the_limit_holds_back_the_other_callers_too()
    {
        var time = new FakeTimeProvider();
        _server.Answer(
            200, Answers.Me, ("X-RateLimit-Limit", "10"), ("X-RateLimit-Remaining", "5"), ("X-RateLimit-Reset", "30"));
        _server.Refuse(429, "rate_limited", ("Retry-After", "20"), ("X-RateLimit-Remaining", "0"));
        _server.Answer(200, Answers.Me);
        CrmSolidClient client = _server.Client(options => options.TimeProvider = time);
        await client.MeAsync();
        Task refused = client.MeAsync();
        Task other = client.MeAsync();
        time.Advance(TimeSpan.FromSeconds(19));
        Assert.Equal(2, _server.Requests.Count);
        while (!(refused.IsCompleted && other.IsCompleted))
        {
            await Task.Delay(1);
            time.Advance(TimeSpan.FromSeconds(0.5));
        }
        Assert.Equal(4, _server.Requests.Count);
    }

    private static async Task CallAsync(CrmSolidClient client, int times)
    {
        for (int call = 0; call < times; call++)
        {
            await client.MeAsync();
        }
    }

    private FakeServer Remaining(int remaining, int reset, int limit = 10) => _server.Answer(
        200,
        Answers.Me,
        ("X-RateLimit-Limit", $"{limit}"),
        ("X-RateLimit-Remaining", $"{remaining}"),
        ("X-RateLimit-Reset", $"{reset}"));
}

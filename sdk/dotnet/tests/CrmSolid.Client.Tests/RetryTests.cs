using Xunit;

namespace CrmSolid.Client.Tests;

public sealed class RetryTests
{
    private readonly FakeServer _server = new();

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
    public async Task Retry_after_may_be_a_date()
    {
        string date = _server.Time.GetUtcNow().AddSeconds(20).ToString("R");
        _server.Refuse(503, "service_unavailable", ("Retry-After", date)).Answer(200, Answers.Me);
        await _server.Client().MeAsync();
        Assert.InRange(Assert.Single(_server.Time.Waits), 20, 20.25);
    }

    [Fact]
    public async Task A_date_to_come_back_at_is_that_of_the_clock_that_told_it()
    {
        DateTimeOffset wrong = _server.Time.GetUtcNow().AddYears(-1);
        _server.Refuse(
            503, "service_unavailable", ("Date", wrong.ToString("R")), ("Retry-After", wrong.AddSeconds(20).ToString("R")));
        _server.Refuse(503, "service_unavailable", ("Retry-After", wrong.ToString("R")));
        await _server.Answer(200, Answers.Me).Client().MeAsync();
        Assert.InRange(_server.Time.Waits[0], 20, 20.25);
        Assert.InRange(_server.Time.Waits[1], 0.5, 1);
    }
}

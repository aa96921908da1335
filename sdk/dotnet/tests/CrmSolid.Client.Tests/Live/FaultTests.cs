using System.Diagnostics;
using Xunit;

namespace CrmSolid.Client.Tests.Live;

public sealed class FaultTests
{
    [LiveFact]
    public async Task A_send_whose_answer_is_lost_twice_is_done_once()
    {
        CrmSolidClient client = Product.Client();
        string username = Product.NewUsername();
        string text = $"Привет 😀 {username}";
        await Product.DropAnswersAsync("POST /v1/messages/send", times: 2);
        QueuedMessage queued = await client.Messages.SendAsync(Product.Account, $"@{username}", text);

        List<string> keys = await Product.KeysAsync(username);
        Assert.Equal(3, keys.Count);
        Assert.Single(keys.Distinct());
        Message stored = await client.Messages.GetAsync(queued.Id);
        Assert.Equal(text, stored.Text);
        List<Message> all = await Product.AllAsync(client.Messages.ListAsync(new() { ContactId = stored.ContactId }));
        Assert.Equal(queued.Id, Assert.Single(all).Id);
    }

    [LiveFact]
    public async Task A_429_is_obeyed()
    {
        string username = Product.NewUsername();
        string problem = FakeServer.ProblemJson(429, "rate_limited");
        var headers = new Dictionary<string, string>
        {
            ["Retry-After"] = "1",
            ["Content-Type"] = "application/problem+json",
        };
        await Product.AnswerAsync("POST /v1/contacts", 429, headers, problem);
        var watch = Stopwatch.StartNew();
        UpsertedContact contact = await Product.Client().Contacts.CreateAsync(new() { Username = username });

        Assert.True(watch.Elapsed >= TimeSpan.FromSeconds(1), $"waited {watch.Elapsed}");
        Assert.True(contact.Created);
        Assert.Equal(2, (await Product.KeysAsync(username)).Count);
    }

    [LiveFact]
    public async Task The_rate_limit_of_the_product_is_an_error_without_retries()
    {
        var client = new CrmSolidClient(Product.SlowKey, new() { MaxRetries = 0, PaceRequests = false });
        async Task SpendAsync()
        {
            for (int request = 0; request < 11; request++) // five a window, and maybe one window ends in between
            {
                await client.MeAsync();
            }
        }
        var error = await Assert.ThrowsAsync<RateLimitedException>(SpendAsync);
        Assert.InRange(error.RetryAfter ?? TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
    }

    [LiveFact]
    public async Task The_daily_limit_of_an_account_is_thrown_at_once()
    {
        CrmSolidClient client = Product.Client();
        async Task SpendAsync()
        {
            for (int send = 0; send < 2; send++)
            {
                await client.Messages.SendAsync(Product.LimitedAccount, Product.NewUsername(), "Hi");
            }
        }
        var error = await Assert.ThrowsAsync<AccountDailyLimitException>(SpendAsync);
        Assert.True(error.RetryAfter > TimeSpan.FromHours(1), $"retry after {error.RetryAfter}");
    }

    [LiveFact]
    public Task A_stream_that_is_cut_goes_on_after_its_last_event() => CutStreamAsync(beforeFirst: false);

    [LiveFact]
    public Task A_stream_that_is_cut_before_its_first_event_goes_on_from_its_start() => CutStreamAsync(beforeFirst: true);

    [LiveFact]
    public async Task A_key_without_a_scope_is_told_which()
    {
        var reader = new CrmSolidClient(Product.ReaderKey);
        var error = await Assert.ThrowsAsync<ScopeMissingException>(
            () => reader.Messages.SendAsync(Product.Account, Product.NewUsername(), "Hi"));
        Assert.Equal(Scope.WriteMessages, error.RequiredScope);
        Assert.NotNull(error.RequestId);
    }

    [LiveFact]
    public async Task A_key_that_is_wrong_is_refused_and_in_no_text()
    {
        var client = new CrmSolidClient("cs_live_a4f9_nosuchsecret");
        var error = await Assert.ThrowsAsync<AuthenticationFailedException>(() => client.MeAsync());
        Assert.Equal(ErrorCode.TokenInvalid, error.Code);
        Assert.DoesNotContain("nosuchsecret", error.ToString() + client);
    }

    private static async Task CutStreamAsync(bool beforeFirst)
    {
        CrmSolidClient client = Product.Client();
        var started = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(50));
        await using IAsyncEnumerator<StreamedEvent> stream =
            client.Messages.StreamAsync(new() { OnStart = started.SetResult }).GetAsyncEnumerator(end.Token);
        Task<bool> first = stream.MoveNextAsync().AsTask();
        Assert.True(await Task.WhenAny(started.Task, first) == started.Task, "the first event came before the start");
        if (beforeFirst)
        {
            Assert.True(await Product.CutStreamsAsync() >= 1);
        }
        await client.Messages.SendAsync(Product.Account, Product.NewUsername(), "opening");
        Assert.True(await first);
        string lastId = stream.Current.Id;
        Assert.True(long.Parse(lastId) > long.Parse(await started.Task), "an event from before the start came");

        Assert.True(await Product.CutStreamsAsync() >= 1);
        QueuedMessage missed = await client.Messages.SendAsync(Product.Account, Product.NewUsername(), "after the cut");
        var seen = new List<StreamedEvent>();
        do
        {
            Assert.True(await stream.MoveNextAsync());
            seen.Add(stream.Current);
        }
        while (seen[^1].Event.Data.Message?.Id != missed.Id);
        Assert.Equal(EventType.MessageSent, seen[^1].Event.Type);
        Assert.Equal("after the cut", seen[^1].Event.Data.Message!.Text);
        Assert.True(seen.All(streamed => long.Parse(streamed.Id) > long.Parse(lastId)), "an event came twice");
    }
}

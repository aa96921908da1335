using Xunit;

namespace CrmSolid.Client.Tests;

/// <summary>The log of events: listed, and followed for ever.</summary>
public sealed class EventLogTests
{
    private const string Unreadable = """{"id": "evt_2", "event": "message.sent", "data": 5}""";

    private readonly FakeServer _server = new();

    [Fact]
    public async Task A_list_goes_on_behind_what_cannot_be_read()
    {
        _server.Answer(200, Answers.Page("a", Event(1), Unreadable, Event(3))).Answer(200, Answers.Page("a"));
        await using var events = _server.Client().Events.ListAsync().GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        var error = await Assert.ThrowsAsync<UnreadableEventException>(async () => await events.MoveNextAsync());
        Assert.Equal(("evt_2", "message.sent", Unreadable), (error.Id, error.Type, error.Json));
        Assert.True(await events.MoveNextAsync());
        Assert.Equal("evt_3", events.Current.Id);
        Assert.False(await events.MoveNextAsync());
        Assert.False(await events.MoveNextAsync());
        Assert.Equal(["GET /v1/events?limit=100", "GET /v1/events?limit=100&cursor=a"], _server.Requests.Select(sent => sent.Line));
    }

    [Fact]
    public async Task A_callback_passes_it_by_in_items_and_pages()
    {
        var passed = new List<string?>();
        var query = new EventQuery { Type = "message.*", OnUnreadable = error => passed.Add(error.Id) };
        _server.Answer(200, Answers.Page(null, Event(1), Unreadable, Event(3)), ("X-Request-Id", "req-1"));
        var ids = new List<string>();
        await foreach (Event one in _server.Client().Events.ListAsync(query))
        {
            ids.Add(one.Id);
        }
        await foreach (Page<Event> page in _server.Client().Events.ListAsync(query).AsPages(pageSize: 7))
        {
            ids.AddRange(page.Data.Select(one => one.Id));
            Assert.Equal("req-1", page.Response!.RequestId);
        }
        Assert.Equal(["evt_1", "evt_3", "evt_1", "evt_3"], ids);
        Assert.Equal(["evt_2", "evt_2"], passed);
        Assert.Equal("GET /v1/events?type=message.%2A&limit=7", _server.Requests[1].Line);
    }

    [Fact]
    public async Task Pages_come_without_what_was_thrown()
    {
        _server.Answer(200, Answers.Page("a", Event(1), Unreadable)).Answer(200, Answers.Page("b", Event(3))).Answer(200, Answers.Page("b"));
        await using var pages = _server.Client().Events.ListAsync().AsPages().GetAsyncEnumerator();
        await Assert.ThrowsAsync<UnreadableEventException>(async () => await pages.MoveNextAsync());
        Assert.True(await pages.MoveNextAsync());
        Assert.Equal(("evt_1", "a"), (Assert.Single(pages.Current.Data).Id, pages.Current.NextCursor));
        Assert.True(await pages.MoveNextAsync());
        Assert.Equal("evt_3", Assert.Single(pages.Current.Data).Id);
        Assert.False(await pages.MoveNextAsync());
        Assert.Equal(3, _server.Requests.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Each_token_of_the_caller_ends_pages(int which)
    {
        CancellationTokenSource[] callers = [new(), new(), new()];
        await using var pages = _server.Answer(200, Answers.Page("a", Event(1))).Client().Events
            .ListAsync(cancellationToken: callers[0].Token)
            .AsPages(cancellationToken: callers[1].Token)
            .GetAsyncEnumerator(callers[2].Token);
        Assert.True(await pages.MoveNextAsync());
        callers[which].Cancel();
        var error = await Assert.ThrowsAsync<CallCanceledException>(async () => await pages.MoveNextAsync());
        Assert.Equal(callers[which].Token, error.CancellationToken);
    }

    [Fact]
    public async Task A_page_that_is_no_page_and_one_event_that_is_none_are_errors()
    {
        _server.Answer(200, """["next_cursor"]""");
        await Assert.ThrowsAsync<UnexpectedAnswerException>(
            async () => await _server.Client().Events.ListAsync().GetAsyncEnumerator().MoveNextAsync());
        var server = new FakeServer().Answer(200, Unreadable);
        var error = await Assert.ThrowsAsync<UnreadableEventException>(() => server.Client().Events.GetAsync("evt_2"));
        Assert.Equal("evt_2", error.Id);
    }

    [Fact]
    public async Task A_follower_begins_at_the_end_of_the_log_and_takes_each_event_once()
    {
        _server.Answer(200, Answers.Page("end"));
        _server.Answer(200, Answers.Page("c1", Event(1)));
        _server.Answer(200, Answers.Page("c2"));
        _server.Answer(200, Answers.Page("c3", Event(2), Event(3)));
        var starts = new List<string>();
        List<FollowedEvent> events = await FollowAsync(3, new() { OnStart = starts.Add });
        Assert.Equal(["evt_1", "evt_2", "evt_3"], events.Select(each => each.Event.Id));
        Assert.Equal(
            [
                "GET /v1/events?since=2999-01-01T00%3A00%3A00Z&limit=100",
                "GET /v1/events?since=2999-01-01T00%3A00%3A00Z&cursor=end&limit=100",
                "GET /v1/events?since=2999-01-01T00%3A00%3A00Z&cursor=c1&limit=100",
                "GET /v1/events?since=2999-01-01T00%3A00%3A00Z&cursor=c2&limit=100",
            ],
            _server.Requests.Select(sent => sent.Line));
        Assert.Equal("""["2999-01-01T00:00:00Z","end"]""", Assert.Single(starts));
        Assert.Equal("""["2999-01-01T00:00:00Z","end","evt_1"]""", events[0].Position);
        Assert.Equal("""["2999-01-01T00:00:00Z","c2","evt_2","evt_3"]""", events[2].Position);
        Assert.Equal([1, 1], _server.Time.Waits);
    }

    [Fact]
    public async Task Another_follower_goes_on_behind_a_position()
    {
        _server.Answer(200, Answers.Page("c1", Event(1), Event(2), Event(3)));
        List<FollowedEvent> first = await FollowAsync(2, new() { Since = new(2026, 6, 4, 9, 0, 0, TimeSpan.Zero) });
        List<FollowedEvent> second = await FollowAsync(1, new() { Position = first[1].Position });
        Assert.Equal("evt_3", second[0].Event.Id);
        Assert.Equal("GET /v1/events?since=2026-06-04T09%3A00%3A00Z&limit=100", _server.Requests[1].Line);

        foreach (string wrong in new[] { "", "no", "{}", "[]", "[1]", """["a"]""" })
        {
            Assert.Throws<ArgumentException>(() => _server.Client().Events.FollowAsync(new() { Position = wrong }));
        }
    }

    [Fact]
    public async Task A_full_page_that_had_others_in_its_place_leaves_nothing_out_and_brings_nothing_twice()
    {
        string[] rows = [.. Enumerable.Range(1, 100).Select(Event)];
        _server.Answer(200, Answers.Page("c1", rows));
        List<FollowedEvent> first = await FollowAsync(100, new() { Since = DateTimeOffset.UnixEpoch });
        // Asked again, the page has another event in between, which moves the last one to the next page.
        var server = new FakeServer();
        server.Answer(200, Answers.Page("c1", [Event(500), .. rows[..99]]));
        server.Answer(200, Answers.Page("c2", rows[99], Event(101)));
        List<FollowedEvent> second = await FollowAsync(2, new() { Position = first[^1].Position }, server);
        Assert.Equal(["evt_500", "evt_101"], second.Select(each => each.Event.Id));
    }

    [Fact]
    public async Task Only_events_of_the_types_come_and_what_has_none()
    {
        string created = Event(2).Replace("message.sent", "contact.created");
        _server.Answer(200, Answers.Page("c1", Event(1), created, Event(3).Replace("message.sent", "contacts.x"), Event(4)));
        List<FollowedEvent> events = await FollowAsync(
            1, new() { Since = DateTimeOffset.UnixEpoch, Types = ["contact.*", EventType.MessageFailed] });
        Assert.Equal("evt_2", events[0].Event.Id);
        Assert.Equal("""["1970-01-01T00:00:00Z",null,"evt_1","evt_2"]""", events[0].Position);
    }

    [Fact]
    public async Task A_store_has_the_position_of_an_event_once_the_next_one_is_asked_for()
    {
        var store = new Store();
        _server.Answer(200, Answers.Page("c1", Event(1), Event(2)));
        var follow = new EventFollowOptions { Since = DateTimeOffset.UnixEpoch, Store = store };
        await using (var events = _server.Client().Events.FollowAsync(follow).GetAsyncEnumerator())
        {
            await events.MoveNextAsync();
            Assert.Equal(["""["1970-01-01T00:00:00Z",null]"""], store.Saved);
            await events.MoveNextAsync();
            Assert.Equal("""["1970-01-01T00:00:00Z",null,"evt_1"]""", store.Saved[^1]);
        }
        // The program ended while it worked on the second event, which comes again.
        List<FollowedEvent> again = await FollowAsync(1, follow);
        Assert.Equal("evt_2", again[0].Event.Id);
        Assert.Equal(2, store.Saved.Count);
    }

    [Fact]
    public async Task What_a_store_throws_ends_it()
    {
        var follow = new EventFollowOptions { Store = new Store { Fails = true } };
        var error = await Assert.ThrowsAsync<IOException>(() => FollowAsync(1, follow));
        Assert.Equal("the disk is full", error.Message);
        Assert.Empty(_server.Time.Waits);
    }

    [Fact]
    public async Task An_outage_of_ten_minutes_is_outlived()
    {
        _server.Answer(200, Answers.Page("c1", Event(1)));
        _server.Answer(request => _server.Time.Elapsed < TimeSpan.FromMinutes(10)
            ? throw new HttpRequestException(HttpRequestError.ConnectionError, "refused")
            : new() { Content = new StringContent(Answers.Page("c2", Event(2))) });
        List<FollowedEvent> events = await FollowAsync(2, new() { Since = DateTimeOffset.UnixEpoch });
        Assert.Equal("evt_2", events[1].Event.Id);
        Assert.InRange(_server.Time.Waits.Max(), 20, 30);
        Assert.InRange(_server.Requests.Count, 20, 60);
    }

    [Fact]
    public async Task A_follower_goes_on_behind_what_cannot_be_read()
    {
        _server.Answer(200, Answers.Page("c1", Event(1), Unreadable, """{"later": 1}""", Event(3)));
        await using var events = _server.Client().Events
            .FollowAsync(new() { Since = DateTimeOffset.UnixEpoch }).GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        var error = await Assert.ThrowsAsync<UnreadableEventException>(async () => await events.MoveNextAsync());
        Assert.Equal("""["1970-01-01T00:00:00Z",null,"evt_1","evt_2"]""", error.Position);
        Assert.Null((await Assert.ThrowsAsync<UnreadableEventException>(async () => await events.MoveNextAsync())).Id);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal("evt_3", events.Current.Event.Id);
    }

    [Fact]
    public async Task A_revoked_key_ends_it()
    {
        _server.Refuse(401, "token_revoked");
        await Assert.ThrowsAsync<AuthenticationFailedException>(() => FollowAsync(1, new()));
        Assert.Single(_server.Requests);
        foreach (TimeSpan interval in new[] { TimeSpan.Zero, TimeSpan.FromDays(25) })
        {
            Assert.Throws<ArgumentOutOfRangeException>(
                () => _server.Client().Events.FollowAsync(new() { PollInterval = interval }));
        }
    }

    private async Task<List<FollowedEvent>> FollowAsync(int count, EventFollowOptions follow, FakeServer? server = null)
    {
        var events = new List<FollowedEvent>();
        await foreach (FollowedEvent followed in (server ?? _server).Client().Events.FollowAsync(follow))
        {
            events.Add(followed);
            if (events.Count == count)
            {
                break;
            }
        }
        return events;
    }

    private static string Event(int number) => Answers.MessageEvent($"evt_{number}");

    private sealed class Store : IPositionStore
    {
        public List<string> Saved { get; } = [];

        public bool Fails { get; init; }

        public ValueTask<string?> LoadAsync(CancellationToken cancellationToken) =>
            Fails ? throw new IOException("the disk is full") : ValueTask.FromResult(Saved.LastOrDefault());

        public ValueTask SaveAsync(string position, CancellationToken cancellationToken)
        {
            Saved.Add(position);
            return ValueTask.CompletedTask;
        }
    }
}

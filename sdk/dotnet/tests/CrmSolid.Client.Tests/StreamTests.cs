using System.Text;
using Xunit;

namespace CrmSolid.Client.Tests;

public sealed class StreamTests
{
    private readonly FakeServer _server = new();

    [Fact]
    public async Task A_stream_that_ends_is_opened_again_after_its_last_event()
    {
        Stream(": connected\n\n", Frame("7", "evt_7"), Frame("8", "evt_8"));
        Stream(": connected\n\n", ": ping\n\n", Frame("9", "evt_9"));
        Assert.Equal([("7", "evt_7"), ("8", "evt_8"), ("9", "evt_9")], await ReadAsync(3));

        Assert.Equal(2, _server.Requests.Count);
        Assert.False(_server.Requests[0].Headers.ContainsKey("last-event-id"));
        Assert.Equal("8", _server.Requests[1].Headers["last-event-id"]);
    }

    [Fact]
    public async Task A_frame_that_the_end_cuts_off_is_dropped()
    {
        string frame = Frame("8", "evt_8");
        Stream(Frame("7", "evt_7"), frame[..^1]);
        Stream(frame);
        Assert.Equal([("7", "evt_7"), ("8", "evt_8")], await ReadAsync(2));
        Assert.Equal("7", _server.Requests[1].Headers["last-event-id"]);
    }

    [Fact]
    public async Task A_stream_begins_after_the_event_it_is_given()
    {
        Stream(Frame("7", "evt_7"));
        await ReadAsync(1, lastEventId: "6");
        Assert.Equal("6", Assert.Single(_server.Requests).Headers["last-event-id"]);
    }

    [Fact]
    public async Task Line_ends_and_several_lines_of_data_are_read_as_the_format_says()
    {
        string data = Answers.MessageEvent("evt_7");
        int cut = data.IndexOf(", ", StringComparison.Ordinal) + 2;
        Stream($"event: message.sent\r\nid: 7\r\ndata: {data[..cut]}\r\ndata:{data[cut..]}\r\nretry: 5\r\n\r\n");
        Assert.Equal([("7", "evt_7")], await ReadAsync(1));
    }

    [Fact]
    public async Task A_refusal_ends_the_stream()
    {
        Stream(Frame("7", "evt_7"));
        _server.Refuse(401, "token_revoked");
        await Assert.ThrowsAsync<AuthenticationFailedException>(() => ReadAsync(2));
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task An_id_without_data_is_where_the_stream_goes_on()
    {
        Stream("id: 6\n\n");
        Stream(Frame("7", "evt_7"));
        Assert.Equal([("7", "evt_7")], await ReadAsync(1));
        Assert.Equal("6", _server.Requests[1].Headers["last-event-id"]);
    }

    [Fact]
    public async Task The_start_is_told_once_before_the_first_event()
    {
        Stream(": connected\nid: 6"); // cut off before the position was complete
        Stream(": connected\nid: 7\n\n", Frame("8", "evt_8")[..^1]);
        Stream(": connected\nid: 7\n\n", Frame("8", "evt_8"), Frame("9", "evt_9"));
        var seen = new List<string>();
        await foreach (StreamedEvent streamed in _server.Client().Messages.StreamAsync(new() { OnStart = seen.Add }))
        {
            seen.Add(streamed.Event.Id);
            if (seen.Count == 3)
            {
                break;
            }
        }
        Assert.Equal(["7", "evt_8", "evt_9"], seen);
        Assert.False(_server.Requests[1].Headers.ContainsKey("last-event-id"));
        Assert.Equal("7", _server.Requests[2].Headers["last-event-id"]);
    }

    [Fact]
    public async Task Waits_grow_while_no_event_comes()
    {
        Stream("id: 6\n\n");
        Stream("id: 6\n\n");
        Stream("id: 6\n\n");
        Stream(Frame("7", "evt_7"));
        await ReadAsync(1);
        Assert.Equal(3, _server.Time.Waits.Count);
        Assert.InRange(_server.Time.Waits[1], 0.5, 1.0);
        Assert.InRange(_server.Time.Waits[2], 1.0, 2.0);
    }

    [Fact]
    public async Task A_frame_without_an_id_leaves_the_position()
    {
        Stream(Frame("7", "evt_7"), $"data: {Answers.MessageEvent("evt_8")}\n\n");
        Stream(Frame("9", "evt_9"));
        Assert.Equal([("7", "evt_7"), ("7", "evt_8"), ("9", "evt_9")], await ReadAsync(3));
        Assert.Equal("7", _server.Requests[1].Headers["last-event-id"]);
    }

    [Fact]
    public async Task An_outage_of_ten_minutes_is_outlived_with_pauses_that_grow_to_thirty_seconds()
    {
        Stream(Frame("7", "evt_7"));
        _server.Answer(request => _server.Time.Elapsed < TimeSpan.FromMinutes(10)
            ? throw new HttpRequestException(HttpRequestError.ConnectionError, "refused")
            : Events(Frame("8", "evt_8")));
        var notices = new List<RetryNotice>();
        CrmSolidClient client = _server.Client(options => options.OnRetry = notices.Add);
        Assert.Equal([("7", "evt_7"), ("8", "evt_8")], await ReadAsync(2, client: client));
        Assert.All(_server.Requests.Skip(1), request => Assert.Equal("7", request.Headers["last-event-id"]));
        Assert.InRange(_server.Requests.Count, 20, 60);
        Assert.InRange(_server.Time.Waits.Max(), 20, 30);
        Assert.Equal(_server.Time.Waits.Count, notices.Count);
    }

    [Fact]
    public async Task Refusals_that_may_pass_do_not_end_a_stream()
    {
        foreach (int status in new[] { 400, 408, 429, 500, 503 })
        {
            _server.Refuse(status, "whatever", ("Retry-After", "3"));
        }
        _server.Answer(200, "", ("Content-Type", "text/html")).Answer(302, "", ("Location", "https://elsewhere.test"));
        Stream(Frame("7", "evt_7"));
        Assert.Equal([("7", "evt_7")], await ReadAsync(1));
        Assert.All(_server.Time.Waits.Take(5), wait => Assert.InRange(wait, 3, 30));
    }

    [Theory]
    [InlineData(401, "token_revoked")]
    [InlineData(403, "scope_missing")]
    [InlineData(404, "not_found")]
    [InlineData(410, "gone")]
    [InlineData(400, "invalid_parameter")]
    public async Task Refusals_that_cannot_pass_end_it(int status, string code)
    {
        _server.Refuse(status, code);
        var error = await Assert.ThrowsAnyAsync<ApiException>(() => ReadAsync(1));
        Assert.Equal(status, error.Status);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_caller_can_give_up()
    {
        _server.Drop();
        var stream = _server.Client().Messages.StreamAsync(new() { GiveUpAfter = TimeSpan.FromMinutes(2) });
        await Assert.ThrowsAsync<ConnectionFailedException>(async () =>
        {
            await foreach (StreamedEvent streamed in stream)
            {
                Assert.Fail(streamed.Id);
            }
        });
        Assert.InRange(_server.Time.Elapsed.TotalSeconds, 85, 120);
        Assert.Throws<ArgumentOutOfRangeException>(
            () => _server.Client().Messages.StreamAsync(new() { GiveUpAfter = TimeSpan.FromSeconds(-1) }));
    }

    [Fact]
    public async Task What_cannot_be_read_is_thrown_and_the_next_event_can_be_asked_for()
    {
        Stream(Frame("7", "evt_7"), "id: 8\ndata: {\"id\": \"evt_8\", \"event\": \"message.sent\", \"data\": 5}\n\n", Frame("9", "evt_9"));
        await using var events = _server.Client().Messages.StreamAsync().GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        var error = await Assert.ThrowsAsync<UnreadableEventException>(async () => await events.MoveNextAsync());
        Assert.Equal(("evt_8", "message.sent", "8"), (error.Id, error.Type, error.Position));
        Assert.Equal("{\"id\": \"evt_8\", \"event\": \"message.sent\", \"data\": 5}", error.Json);
        Assert.Throws<InvalidOperationException>(() => events.Current);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal("9", events.Current.Id);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_stream_that_is_begun_again_does_not_bring_what_could_not_be_read()
    {
        Stream("id: 8\ndata: no JSON\n\n");
        Stream(Frame("9", "evt_9"));
        await using var events = _server.Client().Messages.StreamAsync().GetAsyncEnumerator();
        await Assert.ThrowsAsync<UnreadableEventException>(async () => await events.MoveNextAsync());
        Assert.True(await events.MoveNextAsync());
        Assert.Equal("8", _server.Requests[1].Headers["last-event-id"]);
    }

    [Fact]
    public async Task A_callback_passes_it_by()
    {
        Stream(Frame("7", "evt_7"), "id: 8\ndata: no JSON\n\n", Frame("9", "evt_9"));
        var passed = new List<UnreadableEventException>();
        var ids = new List<string>();
        await foreach (StreamedEvent streamed in _server.Client().Messages.StreamAsync(new() { OnUnreadable = passed.Add }))
        {
            ids.Add(streamed.Id);
            if (ids.Count == 2)
            {
                break;
            }
        }
        Assert.Equal(["7", "9"], ids);
        Assert.Equal(("no JSON", "8"), (Assert.Single(passed).Json, passed[0].Position));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_callers_token_ends_it(bool ofTheCall)
    {
        using var canceled = new CancellationTokenSource();
        using var other = new CancellationTokenSource();
        _server.Answer(() => new HttpResponseMessage { Content = new StreamContent(new SilentStream()) });
        var (call, enumeration) = ofTheCall ? (canceled, other) : (other, canceled);
        await using var events = _server.Client().Messages
            .StreamAsync(cancellationToken: call.Token).GetAsyncEnumerator(enumeration.Token);
        Task<bool> next = events.MoveNextAsync().AsTask();
        canceled.Cancel();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        Assert.Equal(canceled.Token, error.CancellationToken);
    }

    [Fact]
    public async Task The_callers_token_ends_a_pause()
    {
        using var call = new CancellationTokenSource();
        using var enumeration = new CancellationTokenSource();
        CrmSolidClient client = _server.Drop().Client(options =>
        {
            options.TimeProvider = TimeProvider.System;
            options.OnRetry = _ => call.CancelAfter(10);
        });
        await using var events = client.Messages
            .StreamAsync(cancellationToken: call.Token).GetAsyncEnumerator(enumeration.Token);
        var error = await Assert.ThrowsAsync<CallCanceledException>(async () => await events.MoveNextAsync());
        Assert.Equal(call.Token, error.CancellationToken);
    }

    [Fact]
    public async Task Leaving_the_loop_ends_the_connection()
    {
        var body = new SilentStream(Encoding.UTF8.GetBytes(Frame("7", "evt_7")));
        _server.Answer(() => new HttpResponseMessage { Content = new StreamContent(body) });
        await ReadAsync(1);
        Assert.False(body.CanRead);
    }

    private static HttpResponseMessage Events(params string[] frames) => new()
    {
        Content = new StringContent(string.Concat(frames), Encoding.UTF8, "text/event-stream"),
    };

    private static string Frame(string id, string eventId) =>
        $"event: message.sent\nid: {id}\ndata: {Answers.MessageEvent(eventId)}\n\n";

    private void Stream(params string[] frames) => _server.Answer(() => Events(frames));

    private async Task<List<(string, string)>> ReadAsync(int count, string? lastEventId = null, CrmSolidClient? client = null)
    {
        var events = new List<(string, string)>();
        await foreach (StreamedEvent streamed in (client ?? _server.Client()).Messages.StreamAsync(new() { LastEventId = lastEventId }))
        {
            events.Add((streamed.Id, streamed.Event.Id));
            if (events.Count == count)
            {
                break;
            }
        }
        return events;
    }
}

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
    public async Task A_silent_stream_is_opened_again()
    {
        _server.Answer(() => new HttpResponseMessage { Content = new StreamContent(new SilentStream()) });
        Stream(Frame("7", "evt_7"));
        CrmSolidClient client = _server.Client(options => options.StreamIdleTimeout = TimeSpan.FromMilliseconds(20));
        Assert.Equal([("7", "evt_7")], await ReadAsync(1, client: client));
        Assert.InRange(_server.Requests.Count, 2, int.MaxValue);
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

    private static string Frame(string id, string eventId) =>
        $"event: message.sent\nid: {id}\ndata: {Answers.MessageEvent(eventId)}\n\n";

    private void Stream(params string[] frames) => _server.Answer(() => new HttpResponseMessage
    {
        Content = new StringContent(string.Concat(frames), Encoding.UTF8, "text/event-stream"),
    });

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

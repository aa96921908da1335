using Xunit;

namespace CrmSolid.Client.Tests;

public sealed class PagingTests
{
    private readonly FakeServer _server = new();

    [Fact]
    public async Task A_list_goes_through_all_pages_with_its_filters()
    {
        _server
            .Answer(200, Answers.Page("next", Answers.Contact("con_1"), Answers.Contact("con_2")))
            .Answer(200, Answers.Page(null, Answers.Contact("con_3")));
        var ids = new List<string>();
        await foreach (Contact contact in _server.Client().Contacts.ListAsync(new()
        {
            Search = "Müller & Co",
            Tags = ["trial", "vip"],
            UpdatedSince = new(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)),
        }))
        {
            ids.Add(contact.Id);
        }
        string filters = "search=M%C3%BCller%20%26%20Co&tag=trial&tag=vip&updated_since=2026-01-02T01%3A04%3A05Z";
        Assert.Equal(["con_1", "con_2", "con_3"], ids);
        Assert.Equal(
            [$"GET /v1/contacts?{filters}&limit=100", $"GET /v1/contacts?{filters}&limit=100&cursor=next"],
            _server.Requests.Select(request => request.Line));
    }

    [Fact]
    public async Task Pages_begin_at_a_cursor_and_have_a_size()
    {
        _server.Answer(200, Answers.Page(null, Answers.Contact("con_1")));
        await foreach (Page<Contact> page in _server.Client().Contacts.ListAsync().AsPages("from", pageSize: 7))
        {
            Assert.Equal("con_1", Assert.Single(page.Data).Id);
        }
        Assert.Equal("GET /v1/contacts?limit=7&cursor=from", Assert.Single(_server.Requests).Line);
    }

    [Fact]
    public async Task An_empty_page_in_between_does_not_end_a_list()
    {
        _server
            .Answer(200, Answers.Page("a"))
            .Answer(200, Answers.Page("a"))
            .Answer(200, Answers.Page(null, Answers.Contact("con_1")));
        var ids = new List<string>();
        await foreach (Contact contact in _server.Client().Contacts.ListAsync())
        {
            ids.Add(contact.Id);
        }
        Assert.Equal(["con_1"], ids);
        Assert.Equal(3, _server.Requests.Count);
    }

    [Fact]
    public async Task The_log_of_events_ends_at_its_first_empty_page()
    {
        _server.Answer(200, Answers.Page("a", $"{Answers.MessageEvent("evt_1")[..^1]}, \"request_id\": null}}"));
        _server.Answer(200, Answers.Page("a"));
        var cursors = new List<string?>();
        await foreach (Page<Event> page in _server.Client().Events.ListAsync().AsPages())
        {
            cursors.Add(page.NextCursor);
        }
        Assert.Equal(["a"], cursors);
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task Nothing_is_asked_before_the_first_item_is()
    {
        IAsyncEnumerable<Contact> list = _server.Answer(200, Answers.Page(null)).Client().Contacts.ListAsync();
        Assert.Empty(_server.Requests);
        await foreach (Contact contact in list)
        {
            Assert.Null(contact);
        }
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task Changes_say_at_their_end_with_which_instant_to_come_back()
    {
        string last = Answers.Page(null, Answers.Contact("con_2"));
        _server
            .Answer(200, Answers.Page("next", Answers.Contact("con_1")))
            .Answer(200, last.Replace("\"next_cursor\"", "\"synced_until\": \"2026-06-04T09:00:00.000001Z\", \"next_cursor\""))
            .Answer(200, Answers.Page(null));
        CrmSolidClient client = _server.Client();
        Changes<Contact> changes = client.Contacts.SyncAsync();
        var seen = new List<string>();
        await foreach (Contact contact in changes)
        {
            seen.Add(contact.Id);
            Assert.Null(changes.SyncedUntil);
        }
        Assert.Equal(["con_1", "con_2"], seen);
        DateTimeOffset? since = changes.SyncedUntil;
        changes = client.Contacts.SyncAsync(since);
        await foreach (Contact contact in changes)
        {
            Assert.Null(contact);
        }
        Assert.Equal(since, changes.SyncedUntil); // an answer without an instant, as of a replica, keeps that of last time
        Assert.Equal(
            [
                "GET /v1/contacts?sort=updated_at&limit=100",
                "GET /v1/contacts?sort=updated_at&limit=100&cursor=next",
                "GET /v1/contacts?updated_since=2026-06-04T09%3A00%3A00.000001Z&sort=updated_at&limit=100",
            ],
            _server.Requests.Select(request => request.Line));
    }

    [Fact]
    public async Task Pages_for_tests_can_be_made()
    {
        var pages = Pageable<int>.FromPages(new() { Data = [1, 2], NextCursor = "a" }, new() { Data = [3] });
        var items = new List<int>();
        await foreach (int item in pages)
        {
            items.Add(item);
        }
        Assert.Equal([1, 2, 3], items);
    }
}

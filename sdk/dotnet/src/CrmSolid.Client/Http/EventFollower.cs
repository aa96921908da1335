using System.Text.Json;

namespace CrmSolid.Client.Http;

/// <summary>
/// Follows the log of events, which has those of the last 30 days. A position is the cursor of a page and the ids that were
/// taken of it: a page that is asked for again may have further events in between.
/// </summary>
internal sealed class EventFollower : IAsyncEnumerable<FollowedEvent>
{
    private const int PageSize = 100;

    // The log that begins in the future begins at its end, so the clock of this machine does not matter.
    private const string EndOfLog = "2999-01-01T00:00:00Z";

    private readonly Transport _transport;
    private readonly EventFollowOptions _options;
    private readonly EventType[] _types;
    private readonly RequestOptions? _request;
    private readonly CancellationToken _callToken;

    public EventFollower(
        Transport transport, EventFollowOptions options, RequestOptions? request, CancellationToken callToken)
    {
        (_transport, _options, _request, _callToken) = (transport, options, request?.Copy(), callToken);
        _types = [.. options.Types ?? []];
        EventStreams.Check(options);
        Limits.CheckInterval(options.PollInterval, nameof(options.PollInterval));
        _ = Position.Of(options);
        _ = ApiRequest.Get($"/v1/events", _request);
    }

    public IAsyncEnumerator<FollowedEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new Enumerator(_transport, _options, _types, _request, new(_callToken, cancellationToken));

    /// <summary>
    /// Events up to the page of <paramref name="Cursor"/> are taken, and of that page those in <paramref name="Taken"/>. The
    /// cursor holds for the list since <paramref name="Since"/> alone.
    /// </summary>
    internal sealed record Position(string Since, string? Cursor, List<string> Taken)
    {
        public static Position Of(EventFollowOptions options) => options switch
        {
            { Position: { } text } => Parse(text),
            { Since: { } since } => new(ApiRequest.Text(since), null, []),
            _ => new(EndOfLog, null, []),
        };

        public static Position Parse(string text)
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(text);
                List<string?> parts = [.. document.RootElement.EnumerateArray().Select(part => part.GetString())];
                if (parts is [{ } since, var cursor, .. var taken])
                {
                    return new(since, cursor, [.. taken.OfType<string>()]);
                }
            }
            catch (Exception error) when (error is JsonException or InvalidOperationException)
            {
                // Told below.
            }
            throw new ArgumentException("this is no position of a follower of events");
        }

        public override string ToString()
        {
            using var bytes = new MemoryStream();
            using (var writer = new Utf8JsonWriter(bytes))
            {
                writer.WriteStartArray();
                writer.WriteStringValue(Since);
                writer.WriteStringValue(Cursor);
                foreach (string id in Taken)
                {
                    writer.WriteStringValue(id);
                }
                writer.WriteEndArray();
            }
            return System.Text.Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
        }
    }

    private sealed class Enumerator(
        Transport transport, EventFollowOptions options, EventType[] types, RequestOptions? request, CallerTokens tokens)
        : EndlessEvents<FollowedEvent>(transport, options, tokens)
    {
        private Position _position = Position.Of(options);
        private bool _isLoaded;
        private string? _saved;
        private Page? _page;

        protected override ApiRequest Request() => ApiRequest.Get($"/v1/events", request)
            .Query("since", _position.Since)
            .Query("cursor", _position.Cursor)
            .Query("limit", PageSize);

        protected override async ValueTask<FollowedEvent?> ReadAsync()
        {
            await BeginAsync().ConfigureAwait(false);
            await SaveAsync().ConfigureAwait(false);
            Page page = _page ??= await LoadAsync().ConfigureAwait(false);
            while (page.Rows.TryDequeue(out Row? row))
            {
                if (row.Id is not null)
                {
                    _position.Taken.Add(row.Id);
                }
                if (!IsWanted(row.Type))
                {
                    continue;
                }
                try
                {
                    return new(_position.ToString(), EventReader.Read<Event>(row.Json));
                }
                catch (UnreadableEventException error)
                {
                    error.Position = _position.ToString();
                    throw;
                }
            }
            await EndPageAsync(page).ConfigureAwait(false);
            return null;
        }

        protected override ValueTask DisconnectAsync() => ValueTask.CompletedTask;

        private bool IsWanted(string? type) => types.Length == 0 || type is null || types.Any(each =>
            each.Value.EndsWith('*')
                ? type.StartsWith(each.Value[..^1], StringComparison.Ordinal)
                : type == each.Value);

        private async ValueTask BeginAsync()
        {
            if (!_isLoaded)
            {
                string? kept = options.Store is { } store ? await store.LoadAsync(Token).ConfigureAwait(false) : null;
                _saved = kept;
                _position = string.IsNullOrEmpty(kept) ? _position : Position.Parse(kept);
                _isLoaded = true;
            }
            if (_position is { Since: EndOfLog, Cursor: null })
            {
                // From now on: the cursor of the end is kept, because "the end" would be another one after a restart.
                Page end = await LoadAsync().ConfigureAwait(false);
                _position = new(EndOfLog, end.Next, []);
            }
            if (!HasStarted)
            {
                Started(_position.ToString());
            }
        }

        private async ValueTask SaveAsync()
        {
            if (options.Store is not { } store)
            {
                return;
            }
            string position = _position.ToString();
            if (position != _saved)
            {
                await store.SaveAsync(position, Token).ConfigureAwait(false);
                _saved = position;
            }
        }

        private async ValueTask<Page> LoadAsync()
        {
            ApiRequest asked = Request();
            EventRows read = await Transport
                .ReadAsync(asked, LimitsOf(asked), EventReader.ReadRows, Token).ConfigureAwait(false);
            Heard();
            Row[] rows = [.. read.Rows.Select(json => new Row(json))];
            string?[] ids = [.. rows.Select(row => row.Id)];
            var rest = new Queue<Row>(rows.Where(row => row.Id is null || !_position.Taken.Contains(row.Id)));
            return new(ids, rest, read.NextCursor ?? _position.Cursor);
        }

        // The position is now the cursor of the page. What was taken and was not on the page, which had others in its place,
        // is on the next one.
        private async ValueTask EndPageAsync(Page page)
        {
            bool isFull = page.Ids.Length >= PageSize;
            List<string> rest = isFull ? [.. _position.Taken.Where(id => !page.Ids.Contains(id))] : [];
            _page = null;
            _position = new(_position.Since, page.Next, rest);
            await SaveAsync().ConfigureAwait(false);
            if (!isFull)
            {
                await Transport.PauseAsync(options.PollInterval, Request(), Token).ConfigureAwait(false);
            }
        }

        private sealed record Page(string?[] Ids, Queue<Row> Rows, string? Next);

        private sealed class Row
        {
            public Row(byte[] json)
            {
                Json = json;
                (Id, Type) = EventReader.Identity(json);
            }

            public byte[] Json { get; }

            public string? Id { get; }

            public string? Type { get; }
        }
    }
}

namespace CrmSolid.Client.Http;

/// <summary>
/// The log of events, whose next cursor is there even at its end. An event that cannot be read is handed to the callback or
/// thrown; the enumerators can go on after it, which iterator methods could not do.
/// </summary>
internal sealed class EventPages(
    Transport transport, ApiRequest request, Action<UnreadableEventException>? onUnreadable, CancellationToken callToken)
    : Pageable<Event>
{
    public override IAsyncEnumerable<Page<Event>> AsPages(
        string? cursor = null, int? pageSize = null, CancellationToken cancellationToken = default) =>
        new Pages(this, cursor, pageSize, cancellationToken);

    public override IAsyncEnumerator<Event> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new Items(this, cancellationToken);

    private async ValueTask<EventRows> LoadAsync(string? cursor, int? pageSize, CallerTokens tokens)
    {
        ApiRequest page = request.Page(cursor, pageSize);
        return await tokens.RunAsync(token =>
            transport.ReadAsync(page, transport.LimitsOf(page), EventReader.ReadRows, token)).ConfigureAwait(false);
    }

    /// <summary>The event; null if the callback was given what cannot be read.</summary>
    private Event? Read(byte[] row)
    {
        try
        {
            return EventReader.Read<Event>(row);
        }
        catch (UnreadableEventException error) when (onUnreadable is not null)
        {
            onUnreadable(error);
            return null;
        }
    }

    private sealed class Items(EventPages list, CancellationToken token) : IAsyncEnumerator<Event>
    {
        private readonly CallerTokens _tokens = new(list.CallToken, token);
        private readonly Queue<byte[]> _rows = new();
        private string? _cursor;
        private bool _isAtEnd;

        public Event Current { get; private set; } = null!;

        public async ValueTask<bool> MoveNextAsync()
        {
            while (true)
            {
                while (_rows.TryDequeue(out byte[]? row))
                {
                    if (list.Read(row) is { } read)
                    {
                        Current = read;
                        return true;
                    }
                }
                if (_isAtEnd)
                {
                    return false;
                }
                EventRows page = await list.LoadAsync(_cursor, null, _tokens).ConfigureAwait(false);
                page.Rows.ForEach(_rows.Enqueue);
                _cursor = page.NextCursor;
                _isAtEnd = page.IsLast;
            }
        }

        public ValueTask DisposeAsync()
        {
            _tokens.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Pages(EventPages list, string? cursor, int? pageSize, CancellationToken pagesToken)
        : IAsyncEnumerable<Page<Event>>
    {
        public IAsyncEnumerator<Page<Event>> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
            new PageEnumerator(list, cursor, pageSize, new(list.CallToken, pagesToken, cancellationToken));
    }

    /// <summary>First throws what cannot be read of a page, one by one, and then has the page without it.</summary>
    private sealed class PageEnumerator(EventPages list, string? cursor, int? pageSize, CallerTokens tokens)
        : IAsyncEnumerator<Page<Event>>
    {
        private readonly List<Event> _events = [];
        private Queue<byte[]>? _rows;
        private EventRows? _page;
        private bool _isAtEnd;

        public Page<Event> Current { get; private set; } = null!;

        public async ValueTask<bool> MoveNextAsync()
        {
            if (_rows is null)
            {
                if (_isAtEnd)
                {
                    return false;
                }
                bool isFirst = cursor is null;
                _page = await list.LoadAsync(cursor, pageSize, tokens).ConfigureAwait(false);
                cursor = _page.NextCursor;
                _isAtEnd = _page.IsLast;
                if (_page.Rows.Count == 0 && !isFirst)
                {
                    return false;
                }
                _rows = new(_page.Rows);
                _events.Clear();
            }
            while (_rows.TryDequeue(out byte[]? row))
            {
                if (list.Read(row) is { } read)
                {
                    _events.Add(read);
                }
            }
            _rows = null;
            Current = new() { Data = [.. _events], NextCursor = cursor, Response = _page!.Info };
            return true;
        }

        public ValueTask DisposeAsync()
        {
            tokens.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private CancellationToken CallToken => callToken;
}

using System.Runtime.CompilerServices;
using CrmSolid.Client.Http;

namespace CrmSolid.Client;

/// <summary>
/// A list that is read page by page while it is enumerated: <c>await foreach (var item in list)</c> goes through all
/// pages, <see cref="AsPages"/> hands out whole pages.
/// </summary>
/// <typeparam name="T">The type of the items.</typeparam>
public abstract class Pageable<T> : IAsyncEnumerable<T>
{
    /// <summary>Reads pages, from a cursor on or from the beginning.</summary>
    /// <param name="cursor"><see cref="Page{T}.NextCursor"/> of an earlier page.</param>
    /// <param name="pageSize">How many items a page has, 1 to 100. The default is 100.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    public abstract IAsyncEnumerable<Page<T>> AsPages(
        string? cursor = null, int? pageSize = null, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public virtual async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        await foreach (Page<T> page in AsPages(cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            foreach (T item in page.Data)
            {
                yield return item;
            }
        }
    }

    /// <summary>Makes a list of given pages, for tests.</summary>
    public static Pageable<T> FromPages(params Page<T>[] pages) => new GivenPages(pages);

    private sealed class GivenPages(Page<T>[] pages) : Pageable<T>
    {
        public override async IAsyncEnumerable<Page<T>> AsPages(
            string? cursor, int? pageSize, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            int first = cursor is null ? 0 : Array.FindIndex(pages, page => page.NextCursor == cursor) + 1;
            foreach (Page<T> page in pages[first..])
            {
                cancellationToken.ThrowIfCancellationRequested();
                await Task.CompletedTask.ConfigureAwait(false);
                yield return page;
            }
        }
    }
}

/// <summary>One page of a list.</summary>
/// <typeparam name="T">The type of the items.</typeparam>
public sealed class Page<T> : ApiModel
{
    /// <summary>The items.</summary>
    public IReadOnlyList<T> Data { get; init; } = [];

    /// <summary>Where the next page begins; null on the last page.</summary>
    public string? NextCursor { get; init; }

    /// <summary>
    /// On the last page of contacts in ascending order of a time: none dated before it can appear any more.
    /// </summary>
    public DateTimeOffset? SyncedUntil { get; init; }
}

/// <summary>What has changed from an instant on.</summary>
/// <typeparam name="T">The type of the items.</typeparam>
public sealed class Changes<T> : IAsyncEnumerable<T>
{
    private readonly Pageable<T> _list;

    /// <summary>Makes the changes from a list in ascending order, also for tests.</summary>
    /// <param name="list">The list.</param>
    /// <param name="since">The instant.</param>
    public Changes(Pageable<T> list, DateTimeOffset? since)
    {
        _list = list;
        SyncedUntil = since;
    }

    /// <summary>
    /// The instant with which to come back, once the enumeration has come to its end; until then the one that was given.
    /// </summary>
    public DateTimeOffset? SyncedUntil { get; private set; }

    /// <inheritdoc/>
    public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        var pages = _list.AsPages(pageSize: 100, cancellationToken: cancellationToken);
        await foreach (Page<T> page in pages.ConfigureAwait(false))
        {
            foreach (T item in page.Data)
            {
                yield return item;
            }
            SyncedUntil = page.SyncedUntil ?? SyncedUntil;
        }
    }
}

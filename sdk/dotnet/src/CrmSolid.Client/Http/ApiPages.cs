using System.Runtime.CompilerServices;

namespace CrmSolid.Client.Http;

/// <summary>
/// Pages of the API. <paramref name="request"/> is the request without its cursor and page size. Any list may have an empty
/// page in between.
/// </summary>
internal sealed class ApiPages<T>(Transport transport, ApiRequest request, CancellationToken callToken) : Pageable<T>
{
    public override async IAsyncEnumerable<Page<T>> AsPages(
        string? cursor, int? pageSize, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var tokens = new CallerTokens(callToken, cancellationToken);
        do
        {
            ApiRequest next = request.Page(cursor, pageSize);
            Page<T> page = await tokens.RunAsync(token => transport.SendAsync<Page<T>>(next, token)).ConfigureAwait(false);
            cursor = page.NextCursor;
            yield return page;
        }
        while (cursor is not null);
    }
}

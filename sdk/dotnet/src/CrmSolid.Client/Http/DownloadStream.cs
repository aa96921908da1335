namespace CrmSolid.Client.Http;

/// <summary>
/// The body of an answer as it arrives. A read that gets nothing within <paramref name="timeout"/>, or whose connection
/// ends too early, throws.
/// </summary>
internal sealed class DownloadStream(Stream body, string request, TimeSpan timeout) : ReadStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        idle.CancelAfter(timeout);
        try
        {
            return await body.ReadAsync(buffer, idle.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            string detail = $"the answer to {request} stopped: nothing came for {timeout.TotalSeconds} s; ask for it again";
            throw new RequestTimedOutException(detail, error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            string detail = $"the connection ended before the answer to {request} was complete; ask for it again";
            throw new ConnectionFailedException(detail, error);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await body.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            body.Dispose();
        }
        base.Dispose(disposing);
    }
}

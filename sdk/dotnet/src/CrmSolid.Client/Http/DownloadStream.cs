namespace CrmSolid.Client.Http;

/// <summary>
/// The body of an answer as it arrives. A read that gets nothing within the timeout, or whose connection ends too early,
/// throws. It disposes the answer.
/// </summary>
internal sealed class DownloadStream : ReadStream
{
    private readonly HttpResponseMessage _response;
    private readonly Stream _body;
    private readonly string _request;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;

    private DownloadStream(
        HttpResponseMessage response, Stream body, string request, TimeSpan timeout, TimeProvider time) =>
        (_response, _body, _request, _timeout, _time) = (response, body, request, timeout, time);

    public static async Task<DownloadStream> OfAsync(
        HttpResponseMessage response, ApiRequest request, TimeSpan timeout, TimeProvider time,
        CancellationToken cancellationToken)
    {
        try
        {
            Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            return new(response, body, $"{request.Method} {request.Path}", timeout, time);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var idle = new AttemptTimer(_timeout, _time, cancellationToken);
        try
        {
            return await _body.ReadAsync(buffer, idle.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (cancellationToken.IsCancellationRequested)
        {
            throw new CallCanceledException(null, error, cancellationToken);
        }
        catch (OperationCanceledException error)
        {
            string detail = $"the answer to {_request} stopped: nothing came for {_timeout.TotalSeconds} s; ask for it again";
            throw new RequestTimedOutException(detail, error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            string detail = $"the connection ended before the answer to {_request} was complete; ask for it again";
            throw new ConnectionFailedException(detail, error);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _body.DisposeAsync().ConfigureAwait(false);
        _response.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _body.Dispose();
            _response.Dispose();
        }
        base.Dispose(disposing);
    }
}

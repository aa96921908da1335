using System.Net;
using System.Net.Http.Headers;

namespace CrmSolid.Client.Http;

/// <summary>
/// A file as it arrives. A connection that ends too early is made again from the next byte on, until nothing more has come
/// for as long as a call is tried, or the file is no longer the same.
/// </summary>
internal sealed class ResumingStream(Transport transport, FormattableString path, RequestOptions? options = null) : ReadStream
{
    private readonly RequestOptions? _options = options?.Copy();
    private DownloadStream? _part;
    private string? _version;
    private long _position;
    private Attempts? _attempts;

    /// <summary>Asks for the file, or for what is missing of it, until it is there.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        Attempts? waiting = null;
        while (true)
        {
            ApiRequest request = Request();
            Limits limits = transport.LimitsOf(request);
            HttpResponseMessage response = await transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.Accepted)
            {
                await ReadFromAsync(response, request, limits, cancellationToken).ConfigureAwait(false);
                return;
            }
            TimeSpan? asked = response.Headers.RetryAfter?.Delta;
            response.Dispose();
            waiting ??= new Attempts(limits, transport.Options.TimeProvider);
            if (waiting.UntilReady(asked) is not { } wait)
            {
                throw new CrmSolidException("the file is still being fetched from Telegram: ask for it again later");
            }
            await transport.PauseAsync(wait, request, cancellationToken).ConfigureAwait(false);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            ApiRequest request = Request();
            TimeSpan wait;
            try
            {
                int count = await _part!.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                _position += count;
                _attempts = null;
                return count;
            }
            catch (ConnectionFailedException failure)
            {
                _attempts ??= new Attempts(transport.LimitsOf(request), transport.Options.TimeProvider);
                // Without a version nobody can tell whether the rest is of the same file.
                if (_version is null || _attempts.UntilReady(null) is not { } delay)
                {
                    throw;
                }
                transport.Notify(request, _attempts.Made, delay, failure);
                wait = delay;
            }
            await transport.PauseAsync(wait, request, cancellationToken).ConfigureAwait(false);
            await _part!.DisposeAsync().ConfigureAwait(false);
            await OpenAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _part!.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _part!.Dispose();
        }
        base.Dispose(disposing);
    }

    private ApiRequest Request()
    {
        // Without a compression of the answer, so that positions are those of the file.
        ApiRequest request = ApiRequest.Get(path, _options).Header("Accept-Encoding", "identity").Streamed();
        return _position == 0
            ? request
            : request.Header("Range", $"bytes={_position}-").Header("If-Range", _version);
    }

    private async Task ReadFromAsync(
        HttpResponseMessage response, ApiRequest request, Limits limits, CancellationToken cancellationToken)
    {
        ContentRangeHeaderValue? range = response.Content.Headers.ContentRange;
        if (_position > 0 && !(response.StatusCode == HttpStatusCode.PartialContent && range?.From == _position))
        {
            response.Dispose();
            throw new ConnectionFailedException($"{request.Path} broke off and is no longer the same: ask for it again");
        }
        _version = response.Headers.ETag?.ToString();
        _part = await DownloadStream
            .OfAsync(response, request, limits.Timeout, transport.Options.TimeProvider, cancellationToken)
            .ConfigureAwait(false);
    }
}

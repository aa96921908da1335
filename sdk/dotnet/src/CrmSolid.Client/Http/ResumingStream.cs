using System.Net;
using System.Net.Http.Headers;

namespace CrmSolid.Client.Http;

/// <summary>
/// A file as it arrives. A connection that ends too early is made again from the next byte on, until nothing more has
/// come for <see cref="CrmSolidClientOptions.RetryFor"/>, or the file is no longer the same.
/// </summary>
internal sealed class ResumingStream(Transport transport, FormattableString path) : ReadStream
{
    private Stream? _part;
    private string? _version;
    private long _position;
    private long? _lastCame;
    private int _retries;

    /// <summary>Asks for the file, or for what is missing of it, until it is there.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        long start = transport.Options.TimeProvider.GetTimestamp();
        for (int tries = 0; ; tries++)
        {
            HttpResponseMessage response = await AskAsync(cancellationToken).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.Accepted)
            {
                await ReadFromAsync(response, cancellationToken).ConfigureAwait(false);
                return;
            }
            TimeSpan backoff = RetryPolicy.Backoff(tries);
            TimeSpan asked = response.Headers.RetryAfter?.Delta ?? TimeSpan.Zero;
            response.Dispose();
            TimeSpan delay = asked > backoff ? asked : backoff;
            if (delay > transport.Options.RetryFor - transport.Options.TimeProvider.GetElapsedTime(start))
            {
                throw new CrmSolidException("the file is still being fetched from Telegram: ask for it again later");
            }
            await Task.Delay(delay, transport.Options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            TimeSpan delay;
            try
            {
                int count = await _part!.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                _position += count;
                _lastCame = transport.Options.TimeProvider.GetTimestamp();
                _retries = 0;
                return count;
            }
            catch (ConnectionFailedException failure)
            {
                delay = RetryPolicy.DelayAfter(failure, _retries++) ?? TimeSpan.MaxValue;
                // Without a version nobody can tell whether the rest is of the same file.
                if (_version is null || delay > TimeLeft())
                {
                    throw;
                }
            }
            await Task.Delay(delay, transport.Options.TimeProvider, cancellationToken).ConfigureAwait(false);
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

    private Task<HttpResponseMessage> AskAsync(CancellationToken cancellationToken)
    {
        // Without a compression of the answer, so that positions are those of the file.
        ApiRequest request = ApiRequest.Get(path).Header("Accept-Encoding", "identity").Streamed();
        if (_position > 0)
        {
            request.Header("Range", $"bytes={_position}-").Header("If-Range", _version);
        }
        return transport.SendAsync(request, cancellationToken);
    }

    private async Task ReadFromAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        string name = ApiRequest.Get(path).Path;
        ContentRangeHeaderValue? range = response.Content.Headers.ContentRange;
        if (_position > 0 && !(response.StatusCode == HttpStatusCode.PartialContent && range?.From == _position))
        {
            response.Dispose();
            throw new ConnectionFailedException($"{name} broke off and is no longer the same: ask for it again");
        }
        _version = response.Headers.ETag?.ToString();
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        _part = new DownloadStream(body, $"GET {name}", transport.Options.Timeout);
    }

    private TimeSpan TimeLeft()
    {
        _lastCame ??= transport.Options.TimeProvider.GetTimestamp();
        return transport.Options.RetryFor - transport.Options.TimeProvider.GetElapsedTime(_lastCame.Value);
    }
}

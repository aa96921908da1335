namespace CrmSolid.Client.Http;

/// <summary>
/// What is uploaded: read in parts, from its beginning in each attempt. A stream that cannot go back is copied to a
/// temporary file first, which is deleted at the end.
/// </summary>
internal sealed class UploadSource : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly long _start;

    // Taken once: a file that grows meanwhile is sent as it was, so that each attempt has the same bytes.
    private readonly long _length;
    private readonly bool _isCopy;

    // An attempt that has ended may still be reading a part while the next one begins.
    private readonly SemaphoreSlim _gate = new(1, 1);

    private UploadSource(Stream stream, bool isCopy)
    {
        _stream = stream;
        _start = stream.Position;
        _length = Math.Max(0, stream.Length - _start);
        _isCopy = isCopy;
    }

    public static async Task<UploadSource> OfAsync(Stream stream, ApiRequest request, CancellationToken cancellationToken)
    {
        if (stream.CanSeek)
        {
            return new(stream, isCopy: false);
        }
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // others share the folder
        }
        var copy = new FileStream(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), options);
        try
        {
            await stream.CopyToAsync(copy, cancellationToken).ConfigureAwait(false);
            copy.Position = 0;
            return new(copy, isCopy: true);
        }
        catch (Exception error)
        {
            await copy.DisposeAsync().ConfigureAwait(false);
            if (error is OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                throw new CallCanceledException(request.IdempotencyKey, error, cancellationToken);
            }
            throw;
        }
    }

    /// <summary>The body of one attempt.</summary>
    /// <param name="onPart">Called before each part is read, which is when the one before it has been sent.</param>
    public StreamContent Content(Action onPart) => new(new Parts(this, _length, onPart));

    public ValueTask DisposeAsync() => _isCopy ? _stream.DisposeAsync() : ValueTask.CompletedTask;

    private async ValueTask<int> ReadAsync(long position, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_stream.Position != _start + position)
            {
                _stream.Position = _start + position;
            }
            return await _stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>So much of a stream, which it does not dispose, with its length.</summary>
    private sealed class Parts(UploadSource source, long length, Action onPart) : ReadStream
    {
        private long _position;

        public override bool CanSeek => true; // what tells HttpClient that the length is known

        public override long Length => length;

        public override long Position
        {
            get => _position;
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            onPart();
            Memory<byte> part = buffer[..(int)Math.Min(buffer.Length, length - _position)];
            int count = await source.ReadAsync(_position, part, cancellationToken).ConfigureAwait(false);
            _position += count;
            return count;
        }
    }
}

using System.Buffers;

namespace CrmSolid.Client.Http;

/// <summary>
/// A successful answer. Its body is in memory that is used again once the answer is disposed; that of a streamed call is
/// empty, and is read from <see cref="Response"/>.
/// </summary>
internal sealed class Answer(HttpResponseMessage response) : IDisposable
{
    private const int FirstSize = 16 * 1024;
    private const int MostAnnounced = 1024 * 1024; // a wrong length must not take all memory

    private byte[] _buffer = [];
    private int _count;

    public HttpResponseMessage Response => response;

    public ReadOnlyMemory<byte> Body => _buffer.AsMemory(0, _count);

    public ResponseInfo Info { get; } = new(response);

    /// <summary>Reads the body to its end. A connection that ends too early throws.</summary>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        long announced = response.Content.Headers.ContentLength ?? FirstSize;
        _buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(announced + 1, 1, MostAnnounced));
        while (true)
        {
            int count = await stream.ReadAsync(_buffer.AsMemory(_count), cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                return;
            }
            _count += count;
            if (_count == _buffer.Length)
            {
                byte[] larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
                _buffer.CopyTo(larger, 0);
                Release(larger);
            }
        }
    }

    public void Dispose()
    {
        _count = 0;
        Release([]);
        response.Dispose();
    }

    private void Release(byte[] next)
    {
        byte[] old = _buffer;
        _buffer = next;
        if (old.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(old);
        }
    }
}

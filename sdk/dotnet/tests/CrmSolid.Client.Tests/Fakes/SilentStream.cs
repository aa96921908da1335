namespace CrmSolid.Client.Tests;

/// <summary>A body that has these bytes and then neither more nor an end.</summary>
internal sealed class SilentStream(params byte[] bytes) : MemoryStream(bytes)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = Read(buffer.Span);
        if (count == 0)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        return count;
    }
}

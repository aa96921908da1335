namespace CrmSolid.Client.Tests;

/// <summary>A body that has these bytes, and whose connection then ends too early.</summary>
internal sealed class CutStream(byte[] bytes) : MemoryStream(bytes)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Position < Length
            ? base.ReadAsync(buffer, cancellationToken)
            : ValueTask.FromException<int>(new IOException("connection reset"));
}

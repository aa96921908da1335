using System.Text;

namespace CrmSolid.Client;

/// <summary>
/// Keeps the position of a follower in a file, which is replaced as a whole: whatever happens, it has the old position or
/// the new one.
/// </summary>
/// <param name="path">The file, in a folder that exists. Only one follower may use it.</param>
public sealed class FilePositionStore(string path) : IPositionStore
{
    /// <inheritdoc/>
    public async ValueTask<string?> LoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            string text = await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false);
            return string.IsNullOrWhiteSpace(text) ? null : text.Trim();
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask SaveAsync(string position, CancellationToken cancellationToken)
    {
        string next = $"{path}.next";
        await using (var file = new FileStream(next, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            await file.WriteAsync(Encoding.UTF8.GetBytes($"{position}\n"), cancellationToken).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
        }
        File.Move(next, path, overwrite: true);
    }
}

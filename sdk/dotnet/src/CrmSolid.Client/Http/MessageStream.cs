using System.Runtime.CompilerServices;
using System.Text;

namespace CrmSolid.Client.Http;

/// <summary>
/// The stream of messages (Server-Sent Events), opened again and resumed whenever its connection ends.
/// </summary>
internal sealed class MessageStream(Transport transport)
{
    public async IAsyncEnumerable<StreamedEvent> ReadAsync(
        string? lastEventId, Action<string>? onStart, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (int failures = 0; ; failures++)
        {
            if (failures > 0)
            {
                TimeSpan wait = RetryPolicy.Backoff(failures - 1);
                await Task.Delay(wait, transport.Options.TimeProvider, cancellationToken).ConfigureAwait(false);
            }
            // Opening retries by itself, and throws what is final: a revoked key, or no answer for too long.
            ApiRequest request = ApiRequest.Get($"/v1/messages/stream").Header("Last-Event-ID", lastEventId).Streamed();
            using var response = await transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
            await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            using var reader = new StreamReader(body, Encoding.UTF8);
            while (await NextAsync(reader, cancellationToken).ConfigureAwait(false) is { } frame)
            {
                failures = frame.Data is null ? failures : 0; // its position may be all that a failing server sends
                lastEventId = frame.Id ?? lastEventId;
                // The first frame is the position at which the stream starts. Later connections go on from there.
                if (lastEventId is not null)
                {
                    onStart?.Invoke(lastEventId);
                    onStart = null;
                }
                if (frame.Data is not null)
                {
                    yield return new(lastEventId ?? "", Json.Read<WebhookEvent>(Encoding.UTF8.GetBytes(frame.Data)));
                }
            }
        }
    }

    /// <summary>
    /// The next frame that ends with an empty line, or null when the connection has ended or is silent for too long. A
    /// frame that the end cut off is dropped: it comes again after the resumption.
    /// </summary>
    private async Task<Frame?> NextAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        string? id = null;
        StringBuilder? data = null;
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (true)
            {
                idle.CancelAfter(transport.Options.StreamIdleTimeout);
                string? line = await reader.ReadLineAsync(idle.Token).ConfigureAwait(false);
                switch (line)
                {
                    case null:
                        return null;
                    case "":
                        return new(id, data?.ToString());
                }
                int colon = line.IndexOf(':');
                string field = colon < 0 ? line : line[..colon];
                string value = colon < 0 ? "" : line[(colon + 1)..];
                value = value.StartsWith(' ') ? value[1..] : value;
                switch (field)
                {
                    case "id":
                        id = value;
                        break;
                    case "data":
                        data = data is null ? new(value) : data.Append('\n').Append(value);
                        break;
                }
            }
        }
        catch (Exception error) when (IsEnd(error) && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static bool IsEnd(Exception error) =>
        error is HttpRequestException or IOException or OperationCanceledException;

    private sealed record Frame(string? Id, string? Data);
}

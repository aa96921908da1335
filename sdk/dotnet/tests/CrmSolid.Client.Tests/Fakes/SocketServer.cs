using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CrmSolid.Client.Tests;

/// <summary>
/// A server on a local port, for what only the real handler of .NET does. It reads each request with its body, slowly if it
/// is told so, and answers it; nothing of a body is kept.
/// </summary>
internal sealed class SocketServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<string, string> _answer;
    private readonly byte[] _buffer = new byte[64 * 1024];

    /// <summary>Starts it; <paramref name="answer"/> gets the first line of a request, and gives head and body.</summary>
    public SocketServer(Func<string, string> answer)
    {
        _answer = answer;
        _listener.Server.ReceiveBufferSize = 64 * 1024;
        _listener.Start();
        _ = ServeAsync();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    public List<string> Lines { get; } = [];

    public long Received { get; private set; }

    public int BytesPerSecond { get; set; }

    public static string Answer(string body, int status = 200, string headers = "") =>
        $"HTTP/1.1 {status} X\r\n{headers}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        while (true)
        {
            using TcpClient connection = await _listener.AcceptTcpClientAsync();
            NetworkStream stream = connection.GetStream();
            try
            {
                while (await ReadHeadAsync(stream) is { Length: > 0 } head)
                {
                    Lines.Add(head[..head.IndexOf('\r')]);
                    await ReadBodyAsync(stream, head);
                    await stream.WriteAsync(Encoding.UTF8.GetBytes(_answer(Lines[^1])));
                }
            }
            catch (IOException)
            {
                // The client has ended the connection.
            }
        }
    }

    private static async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new List<byte>();
        byte[] one = new byte[1];
        while (await stream.ReadAsync(one) == 1)
        {
            head.Add(one[0]);
            if (head is [.., 13, 10, 13, 10])
            {
                break;
            }
        }
        return Encoding.ASCII.GetString([.. head]);
    }

    private async Task ReadBodyAsync(NetworkStream stream, string head)
    {
        string? length = head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length: "))?["Content-Length: ".Length..];
        long left = length is null ? 0 : long.Parse(length);
        while (left > 0)
        {
            int most = BytesPerSecond > 0 ? BytesPerSecond / 20 : _buffer.Length;
            int count = await stream.ReadAsync(_buffer.AsMemory(0, (int)Math.Min(left, Math.Min(most, _buffer.Length))));
            if (count == 0)
            {
                throw new IOException("the client has ended the connection");
            }
            left -= count;
            Received += count;
            if (BytesPerSecond > 0)
            {
                await Task.Delay(TimeSpan.FromSeconds((double)count / BytesPerSecond));
            }
        }
    }
}

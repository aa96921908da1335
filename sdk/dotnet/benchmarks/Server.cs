using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CrmSolid.Client.Benchmarks;

/// <summary>
/// Answers with ready-made bodies, in a process of its own, so that only what a client allocates is counted. It ends with its
/// standard input.
/// </summary>
internal static class Server
{
    private static readonly Dictionary<string, byte[]> Answers = new()
    {
        ["/v1/contacts"] = Answer(200, Bodies.Page()),
        ["/v1/messages/send"] = Answer(202, Bodies.Queued()),
        ["/v1/files"] = Answer(201, Bodies.Uploaded()),
    };

    public static void Run()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Console.WriteLine(((IPEndPoint)listener.LocalEndpoint).Port);
        var accepting = new Thread(() =>
        {
            while (true)
            {
                Socket socket = listener.AcceptSocket();
                socket.NoDelay = true;
                new Thread(() => Serve(socket)) { IsBackground = true }.Start();
            }
        })
        {
            IsBackground = true,
        };
        accepting.Start();
        Console.In.ReadToEnd();
    }

    private static void Serve(Socket socket)
    {
        byte[] buffer = new byte[1 << 16];
        int count = 0;
        while (true)
        {
            int head;
            while ((head = buffer.AsSpan(0, count).IndexOf("\r\n\r\n"u8)) < 0)
            {
                int read = socket.Receive(buffer.AsSpan(count));
                if (read == 0)
                {
                    return;
                }
                count += read;
            }
            string text = Encoding.ASCII.GetString(buffer, 0, head);
            long left = Length(text) - (count - head - 4);
            while (left > 0)
            {
                left -= socket.Receive(buffer);
            }
            count = 0;
            socket.Send(Answers[text.Split(' ')[1].Split('?')[0]]);
        }
    }

    private static long Length(string head)
    {
        string? line = head.Split("\r\n")
            .FirstOrDefault(each => each.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        return line is null ? 0 : long.Parse(line.Split(':')[1]);
    }

    private static byte[] Answer(int status, byte[] body) =>
    [
        .. Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n"
            + "X-Request-Id: 73515aad1bc73196b9e047912d9f0f9f\r\nX-RateLimit-Limit: 1000000\r\n"
            + "X-RateLimit-Remaining: 999999\r\nX-RateLimit-Reset: 60\r\n\r\n"),
        .. body,
    ];
}

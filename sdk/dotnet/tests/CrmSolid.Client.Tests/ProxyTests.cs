using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace CrmSolid.Client.Tests;

public sealed class ProxyTests
{
    [Fact]
    public async Task The_key_does_not_go_to_a_proxy_over_plain_http()
    {
        using TcpListener proxy = Listener();
        using TcpListener server = Listener();
        IWebProxy before = HttpClient.DefaultProxy;
        // What HTTP_PROXY sets when the process starts.
        HttpClient.DefaultProxy = new WebProxy($"http://{proxy.LocalEndpoint}");
        try
        {
            var client = new CrmSolidClient(FakeServer.Key, new CrmSolidClientOptions
            {
                BaseUrl = new($"http://{server.LocalEndpoint}"),
                Timeout = TimeSpan.FromSeconds(30),
                RetryFor = TimeSpan.Zero,
            });
            Task<Me> call = client.MeAsync();
            Task<TcpClient> atProxy = proxy.AcceptTcpClientAsync();
            Task<TcpClient> atServer = server.AcceptTcpClientAsync();
            Assert.True(await Task.WhenAny(atServer, atProxy, call) == atServer, "the request did not go to the server");
            await AnswerAsync(await atServer);
            Assert.Equal("demo", (await call).Workspace.Slug);
            Assert.False(atProxy.IsCompleted);
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }
    }

    private static TcpListener Listener()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private static async Task AnswerAsync(TcpClient connection)
    {
        using (connection)
        {
            NetworkStream stream = connection.GetStream();
            using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
            while (!string.IsNullOrEmpty(await reader.ReadLineAsync()))
            {
                // A header of the request, which has no body.
            }
            byte[] body = Encoding.UTF8.GetBytes(Answers.Me);
            string head = $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
            await stream.WriteAsync(body);
        }
    }
}

namespace CrmSolid.Client.Tests;

/// <summary>Takes requests and never answers them.</summary>
internal sealed class SilentServer(Action? onRequest = null) : HttpMessageHandler
{
    public int Requests { get; private set; }

    public CrmSolidClient Client(Action<CrmSolidClientOptions>? configure = null)
    {
        var options = new CrmSolidClientOptions { BaseUrl = new("https://crm.test"), HttpClient = new HttpClient(this) };
        configure?.Invoke(options);
        return new CrmSolidClient(FakeServer.Key, options);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken token)
    {
        Requests++;
        onRequest?.Invoke();
        await Task.Delay(Timeout.Infinite, token);
        throw new InvalidOperationException("not reached");
    }
}

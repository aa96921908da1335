using System.Net;
using System.Net.Sockets;
using Xunit;

namespace CrmSolid.Client.Tests.Live;

public sealed class WebhookTests
{
    private readonly CrmSolidClient _client = Product.Client();

    [LiveFact]
    public async Task A_webhook_is_received_and_verified_also_after_a_rotation()
    {
        using var receiver = new HttpListener();
        string url = $"http://127.0.0.1:{FreePort()}/hook/";
        receiver.Prefixes.Add(url);
        receiver.Start();
        IssuedWebhook webhook = await _client.Webhooks.CreateAsync(new() { Url = url, Events = [EventType.ContactCreated] });
        try
        {
            Delivery test = await _client.Webhooks.TestAsync(webhook.Id);
            WebhookEvent ping;
            do
            {
                // A contact that was created a moment before the endpoint may come first.
                ping = await ReceiveAsync(receiver, webhook.Secret!);
            }
            while (ping.Id != test.EventId);
            Assert.Equal(EventType.Ping, ping.Type);

            IssuedWebhook rotated = await _client.Webhooks.RotateSecretAsync(
                webhook.Id, new() { OverlapSeconds = 3600 });
            Assert.NotEqual(webhook.Secret, rotated.Secret);
            Assert.DoesNotContain(rotated.Secret!, rotated.ToString());
            UpsertedContact contact = await Product.NewContactAsync();
            WebhookEvent created;
            do
            {
                created = await ReceiveAsync(receiver, rotated.Secret!, webhook.Secret!);
            }
            while (created.Data.Contact?.Id != contact.Id);
            Assert.Equal("Мария 😀", created.Data.Contact!.Name);
            Event logged = await _client.Events.GetAsync(created.Id);
            Assert.Equal((created.CreatedAt, contact.Id), (logged.CreatedAt, logged.Data.Contact!.Id));
        }
        finally
        {
            await _client.Webhooks.DeleteAsync(webhook.Id);
        }
        await Assert.ThrowsAsync<NotFoundException>(() => _client.Webhooks.GetAsync(webhook.Id));
    }

    [LiveFact]
    public async Task Webhooks_deliveries_and_events_are_listed_and_replayed()
    {
        DateTimeOffset since = DateTimeOffset.UtcNow;
        IssuedWebhook created = await _client.Webhooks.CreateAsync(
            new() { Url = Product.Receiver, Events = [EventType.ContactTagged], Secret = "chosen-secret" });
        Assert.Null(created.Secret);
        var headers = new Dictionary<string, string?> { ["X-Team"] = "a", ["X-B"] = "b" };
        await _client.Webhooks.UpdateAsync(created.Id, new() { Description = "CRM 😀", Headers = headers });
        headers = new Dictionary<string, string?> { ["X-B"] = null };
        Webhook updated = await _client.Webhooks.UpdateAsync(
            created.Id, new() { Events = [EventType.ContactCreated], Headers = headers });
        Assert.Equal(("CRM 😀", "X-Team"), (updated.Description, Assert.Single(updated.HeaderNames)));
        Assert.Empty(updated.AccountIds);
        Assert.Equal([EventType.ContactCreated], (await _client.Webhooks.GetAsync(created.Id)).Events);
        Assert.Contains(updated.Id, (await Product.AllAsync(_client.Webhooks.ListAsync())).Select(webhook => webhook.Id));
        Assert.Contains(EventType.Ping, (await _client.Webhooks.EventsAsync()).Select(kind => kind.Type));

        Delivery test = await _client.Webhooks.TestAsync(created.Id);
        DeliveryDetail delivered = await Product.EventuallyAsync(
            () => _client.Deliveries.GetAsync(test.Id), delivery => delivery.Status == DeliveryStatus.Succeeded);
        Assert.Equal((200, "ok"), (Assert.Single(delivered.AttemptLog).Status, delivered.AttemptLog[0].Answer.Body));
        await _client.Deliveries.ReplayAsync(test.Id);
        Assert.Contains(
            test.Id,
            (await Product.AllAsync(_client.Webhooks.DeliveriesAsync(created.Id, new() { Since = since }))).Select(each => each.Id));
        Job job = await _client.Webhooks.ReplayAsync(created.Id, new() { Since = since });
        Assert.Equal(JobState.Done, (await _client.Jobs.WaitAsync(job.Id, TimeSpan.FromMilliseconds(100))).State);

        UpsertedContact contact = await Product.NewContactAsync();
        // An event gets its place in the log a moment after the request that caused it.
        await Product.EventuallyAsync(
            () => Product.AllAsync(_client.Events.ListAsync(new() { Type = EventType.ContactCreated, Since = since })),
            events => events.Any(each => each.Data.Contact?.Id == contact.Id));
        await _client.Webhooks.DeleteAsync(created.Id);
    }

    /// <summary>The next webhook, verified as a receiver in ASP.NET Core would do it.</summary>
    private static async Task<WebhookEvent> ReceiveAsync(HttpListener receiver, params string[] secrets)
    {
        HttpListenerContext context = await receiver.GetContextAsync().WaitAsync(TimeSpan.FromSeconds(30));
        using var body = new MemoryStream();
        await context.Request.InputStream.CopyToAsync(body);
        context.Response.StatusCode = 200;
        context.Response.Close();
        WebhookEvent? received = null;
        foreach (string secret in secrets)
        {
            received = WebhookVerifier.Verify(body.ToArray(), name => context.Request.Headers[name], secret);
        }
        return received!;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

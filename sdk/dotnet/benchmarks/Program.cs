using System.Diagnostics;
using System.Globalization;
using CrmSolid.Client.Benchmarks;

if (args is ["serve"])
{
    Server.Run();
    return;
}
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
using Process server = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, "serve")
{
    RedirectStandardInput = true, // its end ends the server
    RedirectStandardOutput = true,
})!;
var url = new Uri($"http://127.0.0.1:{await server.StandardOutput.ReadLineAsync()}");
using var client = new ByClient(url);
using var hand = new ByHand(url);
byte[] webhook = Bodies.Webhook();

Console.WriteLine("| | time | by hand | ratio | bytes allocated | by hand | ratio |");
Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
await Measure.CompareAsync("page of 200 contacts", 1000, client.ReadPageAsync, hand.ReadPageAsync);
await Measure.CompareAsync("webhook of 200 KB", 1000, () => client.ReadWebhook(webhook), () => hand.ReadWebhook(webhook));
await Measure.CompareAsync("send a message", 2000, client.SendAsync, hand.SendAsync);
await Measure.CompareAsync("upload of 50 MB", 15, client.UploadAsync, hand.UploadAsync);

server.StandardInput.Close();
await server.WaitForExitAsync();

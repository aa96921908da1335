namespace CrmSolid.Client.Tests.Live;

public sealed class KilledServerTests
{
    /// <summary>
    /// tests/sdk/dotnet/test_client.py kills the server between commit and answer and counts what was sent. Without it
    /// this is a send like others.
    /// </summary>
    [LiveFact]
    public async Task A_send_goes_on_until_the_server_is_back()
    {
        string to = Environment.GetEnvironmentVariable("CRMSOLID_TEST_ONCE_TO") ?? Product.NewUsername();
        var client = new CrmSolidClient(null, new() { RetryFor = TimeSpan.FromMinutes(4) });
        await client.Messages.SendAsync(Product.Account, $"@{to}", "Once");
    }
}

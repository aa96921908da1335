using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;

namespace CrmSolid.Client.Hosting.Tests;

public class HealthCheckTests
{
    [Fact]
    public async Task An_answer_is_healthy()
    {
        var entry = await CheckAsync(FakeApi.Answering(FakeApi.Me));

        Assert.Equal((HealthStatus.Healthy, "workspace demo"), (entry.Status, entry.Description));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_refused_key_is_unhealthy_whatever_the_failure_status(int status)
    {
        var entry = await CheckAsync(FakeApi.Refusing(status), HealthStatus.Degraded);

        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Equal($"the API key is refused: {status} refused", entry.Description);
    }

    [Fact]
    public async Task Another_refusal_is_the_failure_status_after_one_request()
    {
        var api = FakeApi.Refusing(503, 503);

        var entry = await CheckAsync(api, HealthStatus.Degraded);

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Equal("the API refused the request: 503 refused", entry.Description);
        Assert.Single(api.Requests);
    }

    [Fact]
    public async Task No_connection_is_the_failure_status()
    {
        var entry = await CheckAsync(
            new FakeApi(_ => throw new HttpRequestException("connection refused")), HealthStatus.Degraded);

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Contains("the API was not reached: ", entry.Description);
    }

    [Fact]
    public async Task A_rate_limit_that_is_used_up_is_degraded()
    {
        var entry = await CheckAsync(new FakeApi(_ => FakeApi.Refusal(429, "rate_limited")));

        Assert.Equal((HealthStatus.Degraded, "the rate limit is used up"), (entry.Status, entry.Description));
    }

    [Fact]
    public async Task No_answer_in_time_is_the_failure_status()
    {
        var entry = await CheckAsync(new SilentApi(), HealthStatus.Degraded, TimeSpan.FromMilliseconds(50));

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Contains("no complete answer", entry.Description);
    }

    [Fact]
    public async Task A_named_client_is_asked()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddCrmSolid("eu", options => options.Key = FakeApi.Key)
            .ConfigurePrimaryHttpMessageHandler(() => FakeApi.Refusing(401));
        services.AddHealthChecks().AddCrmSolid("crm-eu", "eu", tags: ["ready"]);
        await using var provider = services.BuildServiceProvider();

        var report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();

        Assert.Equal(HealthStatus.Unhealthy, report.Entries["crm-eu"].Status);
        Assert.Equal(["ready"], report.Entries["crm-eu"].Tags);
    }

    private static async Task<HealthReportEntry> CheckAsync(
        HttpMessageHandler api, HealthStatus? failureStatus = null, TimeSpan? timeout = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddCrmSolid(options => options.Key = FakeApi.Key).ConfigurePrimaryHttpMessageHandler(() => api);
        services.AddHealthChecks().AddCrmSolid(failureStatus: failureStatus, timeout: timeout);
        await using var provider = services.BuildServiceProvider();
        var report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        return report.Entries["crmsolid"];
    }

    private sealed class SilentApi : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException();
        }
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Xunit;

namespace CrmSolid.Client.Hosting.Tests;

public class RegistrationTests
{
    private readonly LogLines _log = new();

    [Fact]
    public void Options_come_from_the_configuration()
    {
        using var provider = Provider(services => services.AddCrmSolid(Section(
            ("Key", FakeApi.Key),
            ("BaseUrl", "https://crm.example.com/api"),
            ("Timeout", "00:00:07"),
            ("RetryFor", "00:01:00"),
            ("MaxRetries", "3"),
            ("AllowHttp", "true"),
            ("PaceRequests", "False"),
            ("StreamIdleTimeout", "00:00:50"))));

        var options = provider.GetRequiredService<IOptions<CrmSolidClientOptions>>().Value;

        Assert.Equal(FakeApi.Key, options.Key);
        Assert.Equal("https://crm.example.com/api", options.BaseUrl?.ToString());
        Assert.Equal(TimeSpan.FromSeconds(7), options.Timeout);
        Assert.Equal(TimeSpan.FromSeconds(60), options.RetryFor);
        Assert.Equal(3, options.MaxRetries);
        Assert.True(options.AllowHttp);
        Assert.False(options.PaceRequests);
        Assert.Equal(TimeSpan.FromSeconds(50), options.StreamIdleTimeout);
        Assert.Contains("https://crm.example.com/api", provider.GetRequiredService<CrmSolidClient>().ToString());
    }

    [Fact]
    public async Task A_host_does_not_start_with_values_that_are_none_and_says_which()
    {
        using IHost host = Host(services => services.AddCrmSolid(
            Section(("Key", FakeApi.Key), ("Timeout", "30"), ("MaxRetries", "many"), ("BaseUrl", "crm"))));

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(3, error.Failures.Count());
        Assert.Contains("CrmSolid:Timeout: '30' is no time; 30 seconds are 00:00:30", error.Message);
        Assert.Contains("CrmSolid:MaxRetries: ", error.Message);
        Assert.Contains("CrmSolid:BaseUrl: ", error.Message);
        Assert.DoesNotContain("secretsecret", error.ToString());
    }

    [Theory]
    [InlineData("", "there is no API key")]
    [InlineData("cs_live_a4f9_secret secret", "has a character that no key has")]
    public async Task A_host_does_not_start_without_a_key(string key, string message)
    {
        using IHost host = Host(services => services.AddCrmSolid("eu", Section(("Key", key))));

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains("CRM Solid client 'eu': ", error.Message);
        Assert.Contains(message, error.Message);
        Assert.DoesNotContain("secret secret", error.ToString());
    }

    [Fact]
    public async Task A_host_does_not_start_with_options_that_the_client_refuses()
    {
        using IHost host = Host(services => services.AddCrmSolid(options =>
        {
            options.Key = FakeApi.Key;
            options.BaseUrl = new("http://crm.example.com");
        }));

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains("CRM Solid: the key would go to crm.example.com unencrypted", error.Message);
    }

    [Fact]
    public void Several_clients_have_names()
    {
        using var provider = Provider(services =>
        {
            services.AddCrmSolid(Section(("Key", FakeApi.Key), ("BaseUrl", "https://main.test")));
            services.AddCrmSolid("eu", Section(("Key", FakeApi.Key), ("BaseUrl", "https://eu.test")));
            services.AddCrmSolid("us", options => (options.Key, options.BaseUrl) = (FakeApi.Key, new("https://us.test")));
        });
        var clients = provider.GetRequiredService<ICrmSolidClientFactory>();

        Assert.Contains("https://main.test", provider.GetRequiredService<CrmSolidClient>().ToString());
        Assert.Contains("https://eu.test", provider.GetRequiredKeyedService<CrmSolidClient>("eu").ToString());
        Assert.Contains("https://us.test", provider.GetRequiredKeyedService<CrmSolidClient>("us").ToString());
        Assert.Same(provider.GetRequiredService<CrmSolidClient>(), clients.GetClient(""));
        Assert.Same(provider.GetRequiredKeyedService<CrmSolidClient>("eu"), clients.GetClient("eu"));
        var error = Assert.Throws<InvalidOperationException>(() => clients.GetClient("asia"));
        Assert.Contains("there is no client 'asia'", error.Message);
    }

    [Fact]
    public void The_handler_follows_no_redirect_and_keeps_no_cookies()
    {
        using var provider = Provider(services => services.AddCrmSolid(Section(("Key", FakeApi.Key))));

        HttpMessageHandler handler = provider.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler("CrmSolid");
        while (handler is DelegatingHandler outer)
        {
            handler = outer.InnerHandler!;
        }

        var sockets = Assert.IsType<SocketsHttpHandler>(handler);
        Assert.False(sockets.AllowAutoRedirect);
        Assert.False(sockets.UseCookies);
        Assert.Equal(TimeSpan.FromMinutes(2), sockets.PooledConnectionLifetime);
        Assert.True(sockets.Proxy!.IsBypassed(new("http://crm.test")));
        Assert.Equal(
            Timeout.InfiniteTimeSpan, provider.GetRequiredService<IHttpClientFactory>().CreateClient("CrmSolid").Timeout);
    }

    [Fact]
    public async Task Requests_go_through_the_handlers_of_the_caller()
    {
        var api = FakeApi.Answering(FakeApi.Me);
        using var provider = Provider(services => services.AddCrmSolid(Section(("Key", FakeApi.Key)))
            .ConfigurePrimaryHttpMessageHandler(() => api));

        Me me = await provider.GetRequiredService<CrmSolidClient>().MeAsync();

        Assert.Equal("demo", me.Workspace!.Slug);
        Assert.Equal($"Bearer {FakeApi.Key}", Assert.Single(api.Requests).Headers.Authorization?.ToString());
    }

    [Fact]
    public async Task No_log_line_has_the_key_whatever_else_is_redacted()
    {
        using var provider = Provider(services => services.AddCrmSolid(Section(("Key", FakeApi.Key)))
            .RedactLoggedHeaders(["X-Own"])
            .ConfigurePrimaryHttpMessageHandler(() => FakeApi.Refusing(500)));

        await provider.GetRequiredService<CrmSolidClient>().MeAsync();

        Assert.Contains(_log.All, line => line.Text.Contains("Authorization: *"));
        Assert.Contains(_log.All, line => line.Text.Contains("User-Agent: crmsolid"));
        Assert.DoesNotContain(_log.All, line => line.Text.Contains("secretsecret"));
    }

    [Fact]
    public async Task A_retry_is_one_log_line_and_told_to_the_caller()
    {
        List<RetryNotice> told = [];
        using var provider = Provider(services =>
        {
            services.AddCrmSolid(Section(("Key", FakeApi.Key)))
                .ConfigurePrimaryHttpMessageHandler(() => FakeApi.Refusing(503));
            services.AddCrmSolid(options => options.OnRetry = told.Add);
        });

        await provider.GetRequiredService<CrmSolidClient>().MeAsync();

        LogLine line = Assert.Single(_log.Of("Retry"));
        Assert.Equal(("CrmSolid.Client", LogLevel.Warning, 1), (line.Category, line.Level, line.Id.Id));
        Assert.Matches("GET /v1/me is tried again in 0[.][0-9] s, attempt 1 failed: 503 refused", line.Text);
        Assert.Equal(503, Assert.Single(told).Status);
    }

    [Fact]
    public async Task A_typed_client_of_the_caller_works()
    {
        var api = FakeApi.Answering(FakeApi.Me);
        using var provider = Provider(services =>
        {
            services.AddSingleton(new CrmSolidClientOptions { Key = FakeApi.Key });
            services.AddHttpClient<CrmSolidClient>(http => http.BaseAddress = new("https://own.test"))
                .ConfigurePrimaryHttpMessageHandler(() => api);
        });

        await provider.GetRequiredService<CrmSolidClient>().MeAsync();

        Assert.Equal("https://own.test/v1/me", Assert.Single(api.Requests).RequestUri?.ToString());
    }

    internal static IConfigurationSection Section(params (string Name, string Value)[] values) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(values.Select(one => KeyValuePair.Create($"CrmSolid:{one.Name}", (string?)one.Value)))
            .Build()
            .GetSection("CrmSolid");

    private static IHost Host(Action<IServiceCollection> register)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        register(builder.Services);
        return builder.Build();
    }

    private ServiceProvider Provider(Action<IServiceCollection> register)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_log));
        register(services);
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true, ValidateOnBuild = true });
    }
}

using System.Net;
using CrmSolid.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers <see cref="CrmSolidClient"/>.</summary>
/// <remarks>
/// Each client is a singleton with an <see cref="HttpClient"/> of <see cref="IHttpClientFactory"/>, which follows no
/// redirect and keeps no cookies. The options are validated when the host starts, and read once. Retries are logged in the
/// category <c>CrmSolid.Client</c>.
/// </remarks>
public static class CrmSolidServiceCollectionExtensions
{
    /// <summary>
    /// Registers the client with options of the configuration, such as <c>configuration.GetSection("CrmSolid")</c>.
    /// </summary>
    /// <param name="services">Where the client is registered.</param>
    /// <param name="section">
    /// Has <c>Key</c> and, where the default does not fit, the other values of <see cref="CrmSolidClientOptions"/> by their
    /// names; times such as <c>00:00:30</c>.
    /// </param>
    /// <returns>The HTTP client, to add handlers to.</returns>
    public static IHttpClientBuilder AddCrmSolid(this IServiceCollection services, IConfiguration section) =>
        services.AddCrmSolid(Options.Options.DefaultName, section);

    /// <summary>Registers the client with options that are set in code.</summary>
    /// <param name="services">Where the client is registered.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The HTTP client, to add handlers to.</returns>
    public static IHttpClientBuilder AddCrmSolid(
        this IServiceCollection services, Action<CrmSolidClientOptions> configure) =>
        services.AddCrmSolid(Options.Options.DefaultName, configure);

    /// <summary>
    /// Registers one of several clients: inject it with <c>[FromKeyedServices("eu")] CrmSolidClient</c>, or take it from
    /// <see cref="ICrmSolidClientFactory"/>.
    /// </summary>
    /// <param name="services">Where the client is registered.</param>
    /// <param name="name">The name of the client.</param>
    /// <param name="section">Its options, as for the client without a name.</param>
    /// <returns>The HTTP client, to add handlers to.</returns>
    public static IHttpClientBuilder AddCrmSolid(this IServiceCollection services, string name, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return services.AddCrmSolid(name, options => ClientConfiguration.Apply(section, options));
    }

    /// <summary>Registers one of several clients with options that are set in code.</summary>
    /// <param name="services">Where the client is registered.</param>
    /// <param name="name">The name of the client.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The HTTP client, to add handlers to.</returns>
    public static IHttpClientBuilder AddCrmSolid(
        this IServiceCollection services, string name, Action<CrmSolidClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(configure);
        bool isFirst = !services.Any(one =>
            !one.IsKeyedService && one.ImplementationInstance is ClientOptionsValidator validator && validator.Name == name);
        services.AddOptions<CrmSolidClientOptions>(name).Configure(configure).ValidateOnStart();
        IHttpClientBuilder http = services.AddHttpClient(HttpName(name));
        if (isFirst)
        {
            AddClient(services, name);
            ConfigureHttp(http);
        }
        return http;
    }

    private static string HttpName(string name) => name.Length == 0 ? "CrmSolid" : $"CrmSolid.{name}";

    private static void AddClient(IServiceCollection services, string name)
    {
        services.TryAddSingleton<ICrmSolidClientFactory, CrmSolidClientFactory>();
        services.AddSingleton<IValidateOptions<CrmSolidClientOptions>>(new ClientOptionsValidator(name));
        services.AddOptions<CrmSolidClientOptions>(name).PostConfigure<IServiceProvider>(SetDefaults);
        if (name.Length == 0)
        {
            services.AddSingleton(provider => Create(provider, name));
        }
        else
        {
            services.AddKeyedSingleton(name, (provider, _) => Create(provider, name));
        }
    }

    private static CrmSolidClient Create(IServiceProvider provider, string name)
    {
        var options = provider.GetRequiredService<IOptionsMonitor<CrmSolidClientOptions>>().Get(name);
        return options.HttpClient is null
            ? new(provider.GetRequiredService<IHttpClientFactory>().CreateClient(HttpName(name)), options)
            : new(options.Key, options);
    }

    private static void SetDefaults(CrmSolidClientOptions options, IServiceProvider provider)
    {
        ILogger? logger = provider.GetService<ILoggerFactory>()?.CreateLogger("CrmSolid.Client");
        Action<RetryNotice>? own = options.OnRetry;
        options.OnRetry = notice =>
        {
            if (logger is not null)
            {
                Log.Retry(logger, notice);
            }
            own?.Invoke(notice);
        };
        if (options.TimeProvider == TimeProvider.System && provider.GetService<TimeProvider>() is { } time)
        {
            options.TimeProvider = time;
        }
    }

    private static void ConfigureHttp(IHttpClientBuilder http)
    {
        http.ConfigureHttpClient(client => client.Timeout = Timeout.InfiniteTimeSpan); // each attempt has its own
        http.ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // the key goes nowhere else
            UseCookies = false,
            Proxy = new HttpsProxy(HttpClient.DefaultProxy),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2), // so that a change of DNS is seen
        });
        http.SetHandlerLifetime(Timeout.InfiniteTimeSpan); // a singleton keeps its handler
        // After what callers configure: headers that they redact are redacted beside the key, not in its place.
        http.Services.PostConfigure<HttpClientFactoryOptions>(http.Name, options =>
        {
            Func<string, bool> others = options.ShouldRedactHeaderValue;
            options.ShouldRedactHeaderValue = header =>
                header.Equals("Authorization", StringComparison.OrdinalIgnoreCase) || others(header);
        });
    }

    // A proxy would read the key of a request over plain http. Over https it only passes on what it cannot read.
    private sealed class HttpsProxy(IWebProxy proxy) : IWebProxy
    {
        public ICredentials? Credentials
        {
            get => proxy.Credentials;
            set => proxy.Credentials = value;
        }

        public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : proxy.GetProxy(destination);

        public bool IsBypassed(Uri host) => host.Scheme == Uri.UriSchemeHttp || proxy.IsBypassed(host);
    }
}

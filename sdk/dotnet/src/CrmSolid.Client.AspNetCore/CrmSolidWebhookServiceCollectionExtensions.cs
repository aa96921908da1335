using System.Globalization;
using CrmSolid.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the options of webhooks, which are validated when the host starts.</summary>
public static class CrmSolidWebhookServiceCollectionExtensions
{
    /// <summary>
    /// Takes the options from the configuration, such as <c>configuration.GetSection("CrmSolid:Webhook")</c>, also when it
    /// reloads.
    /// </summary>
    /// <param name="services">Where they are registered.</param>
    /// <param name="section">
    /// Has <c>Secrets</c>, a list or a single value, and the other values of <see cref="CrmSolidWebhookOptions"/> by their
    /// names.
    /// </param>
    /// <param name="name">The name, if there are several endpoints with secrets of their own.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddCrmSolidWebhook(
        this IServiceCollection services, IConfiguration section, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(section);
        name ??= Options.Options.DefaultName;
        services.AddSingleton<IOptionsChangeTokenSource<CrmSolidWebhookOptions>>(
            new ConfigurationChangeTokenSource<CrmSolidWebhookOptions>(name, section));
        return services.AddCrmSolidWebhook(options => Apply(section, options), name);
    }

    /// <summary>Sets the options in code.</summary>
    /// <param name="services">Where they are registered.</param>
    /// <param name="configure">Sets the options.</param>
    /// <param name="name">The name, if there are several endpoints with secrets of their own.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddCrmSolidWebhook(
        this IServiceCollection services, Action<CrmSolidWebhookOptions> configure, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<CrmSolidWebhookOptions>(name)
            .Configure(configure)
            .Validate(options => options.Secrets.Count > 0, Message(name, "there is no secret in Secrets"))
            .Validate(options => !options.Secrets.Any(string.IsNullOrWhiteSpace), Message(name, "one of Secrets is empty"))
            .Validate(options => options.Tolerance >= TimeSpan.Zero, Message(name, "Tolerance has to be zero or more"))
            .Validate(options => options.MaxBytes > 0, Message(name, "MaxBytes has to be above zero"))
            .ValidateOnStart();
        return services;
    }

    private static string Message(string? name, string problem) =>
        $"CRM Solid webhook{(string.IsNullOrEmpty(name) ? "" : $" '{name}'")}: {problem}";

    // By hand: the configuration binder would need reflection.
    private static void Apply(IConfiguration section, CrmSolidWebhookOptions options)
    {
        IConfigurationSection secrets = section.GetSection(nameof(options.Secrets));
        var all = secrets.Value is { Length: > 0 } single ? [single] : secrets.GetChildren().Select(child => child.Value ?? "");
        foreach (string secret in all)
        {
            options.Secrets.Add(secret);
        }
        options.Tolerance = Value(section, nameof(options.Tolerance), Time) ?? options.Tolerance;
        options.AllowUnsignedTimestamp =
            Value(section, nameof(options.AllowUnsignedTimestamp), bool.Parse) ?? options.AllowUnsignedTimestamp;
        options.MaxBytes = Value(section, nameof(options.MaxBytes), Number) ?? options.MaxBytes;
    }

    private static T? Value<T>(IConfiguration section, string name, Func<string, T> parse)
        where T : struct
    {
        IConfigurationSection value = section.GetSection(name);
        try
        {
            return string.IsNullOrEmpty(value.Value) ? null : parse(value.Value);
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            throw new OptionsValidationException(
                name, typeof(CrmSolidWebhookOptions), [$"{value.Path}: {error.Message}"]);
        }
    }

    private static int Number(string value) => int.Parse(value, CultureInfo.InvariantCulture);

    // TimeSpan.Parse takes 30 for 30 days.
    private static TimeSpan Time(string value) => value.Contains(':')
        ? TimeSpan.Parse(value, CultureInfo.InvariantCulture)
        : throw new FormatException($"'{value}' is no time; 5 minutes are 00:05:00");
}

using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace CrmSolid.Client;

/// <summary>
/// Reads options from a configuration, by hand: the configuration binder would need reflection.
/// </summary>
internal static class ClientConfiguration
{
    private delegate void Setter(CrmSolidClientOptions options, string value);

    private static readonly Dictionary<string, Setter> Setters = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(CrmSolidClientOptions.Key)] = (options, value) => options.Key = value,
        [nameof(CrmSolidClientOptions.BaseUrl)] = (options, value) => options.BaseUrl = new Uri(value),
        [nameof(CrmSolidClientOptions.Timeout)] = (options, value) => options.Timeout = Values.Time(value),
        [nameof(CrmSolidClientOptions.RetryFor)] = (options, value) => options.RetryFor = Values.Time(value),
        [nameof(CrmSolidClientOptions.MaxRetries)] = (options, value) => options.MaxRetries = Values.Number(value),
        [nameof(CrmSolidClientOptions.AllowHttp)] = (options, value) => options.AllowHttp = bool.Parse(value),
        [nameof(CrmSolidClientOptions.PaceRequests)] = (options, value) => options.PaceRequests = bool.Parse(value),
        [nameof(CrmSolidClientOptions.StreamIdleTimeout)] =
            (options, value) => options.StreamIdleTimeout = Values.Time(value),
    };

    /// <summary>Sets what the section has. Empty values and other names are passed over.</summary>
    /// <exception cref="OptionsValidationException">Names each value that cannot be one.</exception>
    public static void Apply(IConfiguration section, CrmSolidClientOptions options)
    {
        List<string> failures = [];
        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (string.IsNullOrEmpty(child.Value) || !Setters.TryGetValue(child.Key, out Setter? set))
            {
                continue;
            }
            try
            {
                set(options, child.Value);
            }
            catch (Exception error) when (error is FormatException or ArgumentException or OverflowException)
            {
                // The message of a value may show it. Only that of Key must not be shown, and any text fits there.
                failures.Add($"{child.Path}: {error.Message}");
            }
        }
        if (failures.Count > 0)
        {
            throw new OptionsValidationException(section.ToString() ?? "", typeof(CrmSolidClientOptions), failures);
        }
    }
}

/// <summary>Values of a configuration.</summary>
internal static class Values
{
    public static int Number(string value) => int.Parse(value, CultureInfo.InvariantCulture);

    // TimeSpan.Parse takes 30 for 30 days.
    public static TimeSpan Time(string value) => value.Contains(':')
        ? TimeSpan.Parse(value, CultureInfo.InvariantCulture)
        : throw new FormatException($"'{value}' is no time; 30 seconds are 00:00:30");
}

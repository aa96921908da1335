using Microsoft.Extensions.Options;

namespace CrmSolid.Client;

/// <summary>Validates options of one name by the rules of the client itself, whose messages never show the key.</summary>
internal sealed class ClientOptionsValidator(string name) : IValidateOptions<CrmSolidClientOptions>
{
    public string Name => name;

    public ValidateOptionsResult Validate(string? of, CrmSolidClientOptions options)
    {
        if (of != name)
        {
            return ValidateOptionsResult.Skip;
        }
        try
        {
            _ = new CrmSolidClient(options.Key, options);
            return ValidateOptionsResult.Success;
        }
        catch (ArgumentException error)
        {
            string client = name.Length == 0 ? "CRM Solid" : $"CRM Solid client '{name}'";
            return ValidateOptionsResult.Fail($"{client}: {error.Message}");
        }
    }
}

using Microsoft.Extensions.DependencyInjection;

namespace CrmSolid.Client;

/// <summary>Hands out the clients that are registered with names.</summary>
public interface ICrmSolidClientFactory
{
    /// <summary>The client of a name; the same one each time.</summary>
    /// <param name="name">The name it is registered with; empty for the one without a name.</param>
    /// <exception cref="InvalidOperationException">There is none of this name.</exception>
    CrmSolidClient GetClient(string name);
}

internal sealed class CrmSolidClientFactory(IServiceProvider provider) : ICrmSolidClientFactory
{
    public CrmSolidClient GetClient(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var client = name.Length == 0
            ? provider.GetService<CrmSolidClient>()
            : provider.GetKeyedService<CrmSolidClient>(name);
        return client ?? throw new InvalidOperationException(
            $"there is no client '{name}': register it with services.AddCrmSolid(\"{name}\", …)");
    }
}

using System.Diagnostics.CodeAnalysis;
using CrmSolid.Client;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers services that follow events.</summary>
public static class CrmSolidFollowerServiceCollectionExtensions
{
    private static readonly TimeSpan LongestInterval = TimeSpan.FromMilliseconds(int.MaxValue); // of a timer

    /// <summary>
    /// Adds a <see cref="FollowEventsService"/>, which hands the events of the log to a handler while the host runs: the
    /// registered service, or else a new object for each event, which is disposed after it. Its position is kept by the
    /// service <see cref="IPositionStore"/>, unless the options have one. The host does not start without.
    /// </summary>
    /// <typeparam name="THandler">The handler; its constructor's arguments are services.</typeparam>
    /// <param name="services">Where it is registered.</param>
    /// <param name="configure">What it follows.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The interval is not above zero, or longer than 24 days.</exception>
    public static IServiceCollection AddCrmSolidFollower<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        this IServiceCollection services, Action<CrmSolidFollowerOptions>? configure = null)
        where THandler : class, ICrmSolidEventHandler
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = new CrmSolidFollowerOptions();
        configure?.Invoke(options);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.PollInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.PollInterval, LongestInterval);
        services.TryAddSingleton<ICrmSolidClientFactory, CrmSolidClientFactory>();
        return services.AddSingleton<IHostedService>(provider => Create<THandler>(provider, options));
    }

    private static FollowEventsService Create<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        IServiceProvider provider, CrmSolidFollowerOptions options)
        where THandler : class, ICrmSolidEventHandler =>
        options.PositionStore is null
            && provider.GetRequiredService<IServiceProviderIsService>().IsService(typeof(IPositionStore)) is false
            ? throw new InvalidOperationException(
                "nothing keeps the position of the follower: register an IPositionStore, such as a FilePositionStore")
            : new(provider, options, each => new ServiceHandler<THandler>(each));
}

using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;

namespace CrmSolid.Client;

/// <summary>
/// Hands events to the registered handler, or else to a new one, which is disposed after use: no scope knows of it. Also
/// compiled into the package that receives webhooks.
/// </summary>
internal sealed class ServiceHandler<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
    IServiceProvider services) : ICrmSolidEventHandler
    where THandler : class, ICrmSolidEventHandler
{
    public Task HandleAsync(WebhookEvent webhookEvent, CancellationToken cancellationToken) =>
        WithHandlerAsync(handler => handler.HandleAsync(webhookEvent, cancellationToken));

    public Task HandleUnreadableAsync(UnreadableEventException unreadable, CancellationToken cancellationToken) =>
        WithHandlerAsync(handler => handler.HandleUnreadableAsync(unreadable, cancellationToken));

    private async Task WithHandlerAsync(Func<ICrmSolidEventHandler, Task> work)
    {
        if (services.GetService<THandler>() is { } registered)
        {
            await work(registered).ConfigureAwait(false);
            return;
        }
        THandler created = ActivatorUtilities.CreateInstance<THandler>(services);
        try
        {
            await work(created).ConfigureAwait(false);
        }
        finally
        {
            if (created is IAsyncDisposable asynchronous)
            {
                await asynchronous.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                (created as IDisposable)?.Dispose();
            }
        }
    }
}

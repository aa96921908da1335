using System.Diagnostics.CodeAnalysis;
using CrmSolid.Client;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps endpoints that receive webhooks.</summary>
/// <remarks>
/// The answers: 200 for an event that was handled, or was handled before (with <see cref="IProcessedEvents"/>), or cannot be
/// read and was passed; 401 for what is not signed with one of the secrets, or too old; 413 for a body that is too large;
/// 503 while another delivery of the event is being handled; 500 after an exception of the handler. CRM Solid delivers again
/// after any but 200. The endpoint takes part in no authorization of the application: the signature is its own.
/// </remarks>
public static class CrmSolidWebhookEndpointRouteBuilderExtensions
{
    /// <summary>Maps an endpoint whose events go to a method.</summary>
    /// <param name="endpoints">The endpoints of the application.</param>
    /// <param name="pattern">The path, such as <c>/hooks/crmsolid</c>.</param>
    /// <param name="handler">
    /// Handles one event. CRM Solid waits for 10 seconds: what takes longer belongs in a queue.
    /// </param>
    /// <param name="onUnreadable">
    /// Keeps an event that this version of the client cannot read. By default it is logged with its id and passed.
    /// </param>
    /// <param name="name">The name of the options, if there are several endpoints with secrets of their own.</param>
    /// <returns>The endpoint.</returns>
    /// <exception cref="OptionsValidationException">There is no secret, or an option cannot be one.</exception>
    public static IEndpointConventionBuilder MapCrmSolidWebhook(
        this IEndpointRouteBuilder endpoints,
        [StringSyntax("Route")] string pattern,
        Func<WebhookEvent, CancellationToken, Task> handler,
        Func<UnreadableEventException, CancellationToken, Task>? onUnreadable = null,
        string? name = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var adapter = new DelegateHandler(handler, onUnreadable);
        return Map(endpoints, pattern, name, _ => adapter);
    }

    /// <summary>
    /// Maps an endpoint whose events go to a handler: the registered service, or else a new object for each event, which is
    /// disposed after it.
    /// </summary>
    /// <typeparam name="THandler">The handler; its constructor's arguments are services.</typeparam>
    /// <param name="endpoints">The endpoints of the application.</param>
    /// <param name="pattern">The path, such as <c>/hooks/crmsolid</c>.</param>
    /// <param name="name">The name of the options, if there are several endpoints with secrets of their own.</param>
    /// <returns>The endpoint.</returns>
    /// <exception cref="OptionsValidationException">There is no secret, or an option cannot be one.</exception>
    public static IEndpointConventionBuilder MapCrmSolidWebhook<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, string? name = null)
        where THandler : class, ICrmSolidEventHandler =>
        Map(endpoints, pattern, name, services => new ServiceHandler<THandler>(services));

    private static IEndpointConventionBuilder Map(
        IEndpointRouteBuilder endpoints,
        string pattern,
        string? name,
        Func<IServiceProvider, ICrmSolidEventHandler> handler)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        name ??= Options.DefaultName;
        var options = endpoints.ServiceProvider.GetRequiredService<IOptionsMonitor<CrmSolidWebhookOptions>>();
        if (options.Get(name).Secrets.Count == 0) // was never registered, so that nothing has validated it
        {
            throw new OptionsValidationException(
                name, typeof(CrmSolidWebhookOptions), ["there is no secret of the webhook: call services.AddCrmSolidWebhook(…)"]);
        }
        return endpoints.MapPost(pattern, new WebhookEndpoint(options, name, handler).InvokeAsync)
            .AllowAnonymous()
            .WithDisplayName($"CRM Solid webhook {pattern}");
    }

    private sealed class DelegateHandler(
        Func<WebhookEvent, CancellationToken, Task> handler,
        Func<UnreadableEventException, CancellationToken, Task>? onUnreadable) : ICrmSolidEventHandler
    {
        public Task HandleAsync(WebhookEvent webhookEvent, CancellationToken cancellationToken) =>
            handler(webhookEvent, cancellationToken);

        public Task HandleUnreadableAsync(UnreadableEventException unreadable, CancellationToken cancellationToken) =>
            onUnreadable?.Invoke(unreadable, cancellationToken) ?? Task.CompletedTask;
    }
}

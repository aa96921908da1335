using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CrmSolid.Client;

/// <summary>Receives the requests of one webhook: verifies them and hands their events on.</summary>
internal sealed class WebhookEndpoint(
    IOptionsMonitor<CrmSolidWebhookOptions> monitor,
    string name,
    Func<IServiceProvider, ICrmSolidEventHandler> createHandler)
{
    private const int FirstRead = 4096;

    public async Task InvokeAsync(HttpContext context)
    {
        IServiceProvider services = context.RequestServices;
        ILogger logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("CrmSolid.Client.Webhook");
        CrmSolidWebhookOptions options = monitor.Get(name);
        if (await ReadAsync(context.Request, options.MaxBytes, context.RequestAborted) is not { } body)
        {
            Log.TooLarge(logger, options.MaxBytes);
            await AnswerAsync(context.Response, 413, $"a body has at most {options.MaxBytes} bytes");
            return;
        }
        WebhookEvent? webhookEvent = null;
        UnreadableEventException? unreadable = null;
        try
        {
            webhookEvent = Verify(body, context.Request.Headers, options, services.GetService<TimeProvider>());
        }
        catch (UnreadableEventException error)
        {
            unreadable = error;
        }
        catch (WebhookVerificationException error)
        {
            Log.Refused(logger, error.Message);
            await AnswerAsync(context.Response, 401, error.Message);
            return;
        }
        try
        {
            bool isDone = unreadable is null
                ? await HandleAsync(services, webhookEvent!, context.RequestAborted)
                : await PassAsync(services, unreadable, logger, context.RequestAborted);
            await (isDone
                ? AnswerAsync(context.Response, 200)
                : AnswerAsync(context.Response, 503, "another delivery of this event is being handled"));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for an answer, and the event comes again.
        }
        catch (Exception error)
        {
            Log.HandlerFailed(logger, webhookEvent?.Id ?? unreadable?.Id, error);
            await AnswerAsync(context.Response, 500, "the event was not handled");
        }
    }

    /// <summary>The body, or null if it has more bytes than that.</summary>
    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(
        HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes)
        {
            return null;
        }
        var body = new ArrayBufferWriter<byte>(FirstRead);
        while (await request.Body.ReadAsync(body.GetMemory(FirstRead), cancellationToken) is > 0 and var count)
        {
            body.Advance(count);
            if (body.WrittenCount > maxBytes)
            {
                return null;
            }
        }
        return body.WrittenMemory;
    }

    private static WebhookEvent Verify(
        ReadOnlyMemory<byte> body, IHeaderDictionary headers, CrmSolidWebhookOptions options, TimeProvider? time) =>
        WebhookVerifier.Verify(
            body.Span,
            name => headers.TryGetValue(name, out var values) ? values.ToString() : null,
            options.Secrets,
            new WebhookVerificationOptions
            {
                Tolerance = options.Tolerance,
                AllowUnsignedTimestamp = options.AllowUnsignedTimestamp,
                TimeProvider = time ?? TimeProvider.System,
            });

    /// <summary>False while another delivery of the event is being handled.</summary>
    private async Task<bool> HandleAsync(
        IServiceProvider services, WebhookEvent webhookEvent, CancellationToken cancellationToken)
    {
        ICrmSolidEventHandler handler = createHandler(services);
        if (services.GetService<IProcessedEvents>() is not { } processed)
        {
            await handler.HandleAsync(webhookEvent, cancellationToken);
            return true;
        }
        EventClaim claim = await processed.HandleOnceAsync(
            webhookEvent.Id, token => handler.HandleAsync(webhookEvent, token), cancellationToken);
        return claim != EventClaim.InProgress;
    }

    // Not remembered as handled: when it is delivered again to a later version of the client, it is.
    private async Task<bool> PassAsync(
        IServiceProvider services,
        UnreadableEventException unreadable,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        await createHandler(services).HandleUnreadableAsync(unreadable, cancellationToken);
        Log.Unreadable(logger, unreadable.Id, unreadable.Type, unreadable.InnerException?.Message);
        return true;
    }

    // With its length, which CRM Solid demands of an answer.
    private static Task AnswerAsync(HttpResponse response, int status, string? detail = null)
    {
        response.StatusCode = status;
        if (detail is null)
        {
            response.ContentLength = 0;
            return Task.CompletedTask;
        }
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("type", "about:blank");
            json.WriteNumber("status", status);
            json.WriteString("detail", detail);
            json.WriteEndObject();
        }
        response.ContentType = "application/problem+json";
        response.ContentLength = body.WrittenCount;
        return response.Body.WriteAsync(body.WrittenMemory).AsTask();
    }
}

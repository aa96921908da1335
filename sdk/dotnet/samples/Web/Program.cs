// Receives webhooks, and reads from the log of events what they have missed.
//
//   CrmSolid__Key=cs_test_… CrmSolid__Webhook__Secrets__0=whsec_… dotnet run --framework net10.0

using CrmSolid.Client;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
string folder = builder.Configuration["Data"] ?? Path.GetTempPath();

builder.Services.AddCrmSolid(builder.Configuration.GetSection("CrmSolid"));
builder.Services.AddCrmSolidWebhook(builder.Configuration.GetSection("CrmSolid:Webhook"));
builder.Services.AddCrmSolidFollower<PrintEvents>();
builder.Services.AddHealthChecks().AddCrmSolid();

// In a program of yours: a table of the database that the handler writes to. What is in memory is gone after a restart.
builder.Services.AddSingleton<IProcessedEvents>(new MemoryProcessedEvents());
builder.Services.AddSingleton<IPositionStore>(new FilePositionStore(Path.Combine(folder, "crmsolid-position")));

WebApplication app = builder.Build();
app.MapCrmSolidWebhook<PrintEvents>("/hooks/crmsolid");
app.MapHealthChecks("/health");
app.Run();

/// <summary>Handles each event once, whether it was delivered or read from the log.</summary>
internal sealed class PrintEvents(ILogger<PrintEvents> logger) : ICrmSolidEventHandler
{
    public Task HandleAsync(WebhookEvent webhookEvent, CancellationToken cancellationToken)
    {
        logger.LogInformation("event {Id} {Type}", webhookEvent.Id, webhookEvent.Type);
        return Task.CompletedTask;
    }

    public async Task HandleUnreadableAsync(UnreadableEventException unreadable, CancellationToken cancellationToken) =>
        await File.AppendAllTextAsync(
            Path.Combine(Path.GetTempPath(), "crmsolid-unreadable.jsonl"), unreadable.Json + "\n", cancellationToken);
}

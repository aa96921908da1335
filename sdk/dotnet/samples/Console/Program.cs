// Sends a message, lists contacts, and follows what happens for some seconds.
//
//   CrmSolid__Key=cs_test_… dotnet run --framework net10.0 -- ACCOUNT_ID @USERNAME [SECONDS]

using CrmSolid.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

if (args is not [var account, var to, ..] || !long.TryParse(account, out long accountId))
{
    Console.Error.WriteLine("usage: ACCOUNT_ID @USERNAME [SECONDS]");
    return 2;
}
TimeSpan time = TimeSpan.FromSeconds(args.Length > 2 ? int.Parse(args[2]) : 10);

HostApplicationBuilder builder = Host.CreateApplicationBuilder();
builder.Services.AddCrmSolid(builder.Configuration.GetSection("CrmSolid"));
using IHost host = builder.Build();
await host.StartAsync();

var crm = host.Services.GetRequiredService<CrmSolidClient>();
Me me = await crm.MeAsync();
Console.WriteLine($"workspace {me.Workspace?.Slug}");

// What happens from now on, so that the message that is sent below is among it.
using var end = new CancellationTokenSource();
var hasBegun = new TaskCompletionSource();
Task following = FollowAsync();
await Task.WhenAny(hasBegun.Task, following);

QueuedMessage message = await crm.Messages.SendAsync(accountId, to, "Hi {first_name|there}");
Console.WriteLine($"message {message.Id} {message.Status}");

await foreach (Contact contact in crm.Contacts.ListAsync(new ContactQuery { Sort = ContactSort.CreatedAtDescending }))
{
    Console.WriteLine($"contact {contact.Id} {contact.Name} {contact.Stage}");
}

end.CancelAfter(time);
await following;
await host.StopAsync();
return 0;

async Task FollowAsync()
{
    try
    {
        var follow = new EventFollowOptions
        {
            OnStart = _ => hasBegun.TrySetResult(),
            OnUnreadable = unreadable => Console.WriteLine($"event {unreadable.Id} cannot be read"),
        };
        await foreach (FollowedEvent followed in crm.Events.FollowAsync(follow, cancellationToken: end.Token))
        {
            Console.WriteLine($"event {followed.Event.Id} {followed.Event.Type}");
        }
    }
    catch (OperationCanceledException) when (end.IsCancellationRequested)
    {
        Console.WriteLine("done");
    }
}

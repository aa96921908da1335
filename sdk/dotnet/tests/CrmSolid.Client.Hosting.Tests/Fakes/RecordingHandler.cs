using System.Collections.Concurrent;

namespace CrmSolid.Client.Hosting.Tests;

/// <summary>What handlers have been given; it fails as the test says.</summary>
internal sealed class Handled
{
    public ConcurrentQueue<string> Ids { get; } = new();

    public ConcurrentQueue<UnreadableEventException> Unreadable { get; } = new();

    /// <summary>How many handlers have been disposed.</summary>
    public int Disposals { get; set; }

    /// <summary>Called before an event counts as handled.</summary>
    public Func<WebhookEvent, Task> Before { get; set; } = _ => Task.CompletedTask;
}

/// <summary>A handler that is made by the services of a scope.</summary>
internal sealed class RecordingHandler(Handled handled, ScopedService scoped) : ICrmSolidEventHandler, IAsyncDisposable
{
    public async Task HandleAsync(WebhookEvent webhookEvent, CancellationToken cancellationToken)
    {
        await handled.Before(webhookEvent);
        handled.Ids.Enqueue(webhookEvent.Id);
        scoped.Uses++;
    }

    public Task HandleUnreadableAsync(UnreadableEventException unreadable, CancellationToken cancellationToken)
    {
        handled.Unreadable.Enqueue(unreadable);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        handled.Disposals++;
        return default;
    }
}

/// <summary>Fails if two events share a scope.</summary>
internal sealed class ScopedService
{
    private int _uses;

    public int Uses
    {
        get => _uses;
        set => _uses = value == 1 ? value : throw new InvalidOperationException("the scope is shared");
    }
}

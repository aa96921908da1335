namespace CrmSolid.Client.Hosting.Tests;

/// <summary>A mock whose log has one event and ends.</summary>
internal sealed class EndingClient : CrmSolidClient, ICrmSolidClientFactory
{
    public override EventsClient Events { get; } = new EndingEvents();

    public CrmSolidClient GetClient(string name) => this;

    private sealed class EndingEvents : EventsClient
    {
        public override async IAsyncEnumerable<FollowedEvent> FollowAsync(
            EventFollowOptions? follow = null,
            RequestOptions? options = null,
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            yield return new("position", ModelFactory.Event("contact.created", new EventData()));
        }
    }
}

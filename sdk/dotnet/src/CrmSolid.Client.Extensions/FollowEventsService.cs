using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CrmSolid.Client;

/// <summary>
/// Follows the log of events for as long as the host runs, and hands each event to a handler, one after the other. See
/// <see cref="CrmSolidFollowerServiceCollectionExtensions.AddCrmSolidFollower"/>.
/// </summary>
/// <remarks>
/// It outlives any outage of the API. An event whose handler throws is handled again, after 1 second and up to a minute,
/// before any later one. The position is saved once an event was handled: after a restart none is left out, and the last one
/// may come again (see <see cref="IProcessedEvents"/>). Only a refusal that does not pass ends it, which is logged as critical:
/// 401, 403 of a key without the scope <c>manage:webhooks</c>, 404, 410, and the codes <c>invalid_cursor</c> and
/// <c>invalid_parameter</c> for a position that the server cannot read any more: delete the stored one.
/// </remarks>
public sealed class FollowEventsService : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    // About a minute, as a failover of a database takes. Not for ever: where the claim is of the transaction of the handler,
    // and that is lost, only handling the event again in a new scope helps.
    private static readonly TimeSpan[] DonePauses = [.. new[] { 1, 2, 4, 8, 16, 32 }.Select(each => TimeSpan.FromSeconds(each))];

    private readonly IServiceProvider _services;
    private readonly CrmSolidClient _client;
    private readonly CrmSolidFollowerOptions _options;
    private readonly Func<IServiceProvider, ICrmSolidEventHandler> _createHandler;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private string? _handled; // the position of the last event, until it or a later one is saved

    internal FollowEventsService(
        IServiceProvider services,
        CrmSolidFollowerOptions options,
        Func<IServiceProvider, ICrmSolidEventHandler> createHandler)
    {
        _services = services;
        _options = options;
        _createHandler = createHandler;
        _client = services.GetRequiredService<ICrmSolidClientFactory>().GetClient(options.ClientName);
        _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("CrmSolid.Client.Follower");
        _time = services.GetService<TimeProvider>() ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // the host starts its other services meanwhile
        try
        {
            await UntilDoneAsync(FollowAsync, Log.FollowFailed, stoppingToken).ConfigureAwait(false);
        }
        catch (Exception error) when (stoppingToken.IsCancellationRequested)
        {
            Log.FollowEnded(_logger, error is OperationCanceledException ? null : error);
        }
    }

    private async Task FollowAsync(CancellationToken stoppingToken)
    {
        var follow = new EventFollowOptions
        {
            Types = _options.Types,
            Since = _options.Since,
            PollInterval = _options.PollInterval,
            Store = new Store(this),
            OnStart = _ => Log.FollowBegun(_logger),
        };
        // By hand, because the enumeration goes on after an event that cannot be read.
        var events = _client.Events.FollowAsync(follow, cancellationToken: stoppingToken).GetAsyncEnumerator(stoppingToken);
        _handled = null;
        try
        {
            while (true)
            {
                UnreadableEventException? unreadable = null;
                try
                {
                    if (!await events.MoveNextAsync().ConfigureAwait(false))
                    {
                        return; // a mock: the log has no end
                    }
                }
                catch (UnreadableEventException error) when (!stoppingToken.IsCancellationRequested)
                {
                    unreadable = error;
                }
                catch (ApiException error) when (!stoppingToken.IsCancellationRequested)
                {
                    Refused(error);
                    return;
                }
                if (unreadable is not null)
                {
                    await PassAsync(unreadable, stoppingToken).ConfigureAwait(false);
                    _handled = unreadable.Position;
                    continue;
                }
                await HandleAsync(events.Current.Event, stoppingToken).ConfigureAwait(false);
                _handled = events.Current.Position;
            }
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested && _handled is { } handled)
        {
            // The enumeration saves a position when the next event is asked for, which may not have come to it.
            await ScopedAsync(services => StoreOf(services).SaveAsync(handled, CancellationToken.None).AsTask())
                .ConfigureAwait(false);
            throw;
        }
        finally
        {
            await events.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Refused(ApiException error)
    {
        Log.FollowRefused(_logger, error.Status, error.Code.Value, error);
        if (_options.StopHostOnRefusal)
        {
            _services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        }
    }

    private Task HandleAsync(Event one, CancellationToken stoppingToken) => UntilDoneAsync(
        token => ScopedAsync(async services =>
        {
            ICrmSolidEventHandler handler = _createHandler(services);
            if (services.GetService<IProcessedEvents>() is not { } processed)
            {
                await handler.HandleAsync(one, token).ConfigureAwait(false);
            }
            else if (await processed.HandleAsync(
                one.Id, each => handler.HandleAsync(one, each), DonePauses, _time, token, token).ConfigureAwait(false)
                == EventClaim.InProgress)
            {
                throw new InvalidOperationException("it is being handled elsewhere, such as by a webhook");
            }
        }),
        (logger, seconds, error) => Log.HandlerFailed(logger, one.Id, seconds, error),
        stoppingToken);

    private async Task PassAsync(UnreadableEventException unreadable, CancellationToken stoppingToken)
    {
        await UntilDoneAsync(
            token => ScopedAsync(services => _createHandler(services).HandleUnreadableAsync(unreadable, token)),
            (logger, seconds, error) => Log.HandlerFailed(logger, unreadable.Id, seconds, error),
            stoppingToken).ConfigureAwait(false);
        Log.Unreadable(_logger, unreadable.Id, unreadable.Type, unreadable.InnerException?.Message);
    }

    private IPositionStore StoreOf(IServiceProvider services) =>
        _options.PositionStore ?? services.GetRequiredService<IPositionStore>();

    private async Task ScopedAsync(Func<IServiceProvider, Task> work)
    {
        AsyncServiceScope scope = _services.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            await work(scope.ServiceProvider).ConfigureAwait(false);
        }
    }

    /// <summary>Repeats the work until it throws nothing.</summary>
    private async Task UntilDoneAsync(
        Func<CancellationToken, Task> work, Action<ILogger, double, Exception> log, CancellationToken stoppingToken)
    {
        for (int failures = 0; ; failures++)
        {
            TimeSpan pause = Pause(failures);
            try
            {
                await work(stoppingToken).ConfigureAwait(false);
                return;
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                log(_logger, pause.TotalSeconds, error);
            }
            await Task.Delay(pause, _time, stoppingToken).ConfigureAwait(false);
        }
    }

    /// <summary>Twice as long after each failure, and random between half of that and the whole.</summary>
    private static TimeSpan Pause(int failures)
    {
        TimeSpan longest = FirstPause * Math.Pow(2, Math.Min(failures, 10));
        return (longest < LongestPause ? longest : LongestPause) * (0.5 + (Random.Shared.NextDouble() / 2));
    }

    /// <summary>The store of the caller's, which may be away for a while as well.</summary>
    private sealed class Store(FollowEventsService service) : IPositionStore
    {
        public async ValueTask<string?> LoadAsync(CancellationToken cancellationToken)
        {
            string? position = null;
            await UntilDoneAsync(
                async (store, token) => position = await store.LoadAsync(token).ConfigureAwait(false), cancellationToken)
                .ConfigureAwait(false);
            return position;
        }

        public async ValueTask SaveAsync(string position, CancellationToken cancellationToken)
        {
            await UntilDoneAsync((store, token) => store.SaveAsync(position, token).AsTask(), cancellationToken)
                .ConfigureAwait(false);
            service._handled = null;
        }

        private Task UntilDoneAsync(Func<IPositionStore, CancellationToken, Task> work, CancellationToken stoppingToken) =>
            service.UntilDoneAsync(
                token => service.ScopedAsync(services => work(service.StoreOf(services), token)),
                Log.PositionFailed,
                stoppingToken);
    }
}

using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CrmSolid.Client.Hosting.Tests;

public class FollowerTests
{
    private static readonly DateTimeOffset Beginning = new(2026, 12, 1, 9, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Beginning);
    private readonly FakeLog _events = new();
    private readonly Handled _handled = new();
    private readonly LogLines _log = new();
    private readonly MemoryPosition _position = new();

    [Fact]
    public async Task An_outage_of_ten_minutes_and_a_restart_are_outlived()
    {
        using (IHost host = await StartAsync())
        {
            await UntilAsync(() => _position.Value is not null);
            _events.Add(Events.Json("evt_1"));
            await UntilAsync(() => _handled.Ids.Count == 1);

            _events.Outage = () => throw new HttpRequestException("connection refused");
            DateTimeOffset end = _time.GetUtcNow() + TimeSpan.FromMinutes(10);
            int before = _events.Requests;
            await UntilAsync(() => _time.GetUtcNow() > end);
            Assert.InRange(_events.Requests - before, 10, 60); // pauses grow to 30 seconds
            _events.Add(Events.Json("evt_2"));
            _events.Outage = null;
            await UntilAsync(() => _handled.Ids.Count == 2);
            await host.StopAsync();
        }
        _events.Add(Events.Json("evt_3"), Events.Json("evt_4"));
        using (IHost host = await StartAsync())
        {
            await UntilAsync(() => _handled.Ids.Count >= 4);
            await host.StopAsync();
        }

        Assert.Equal(["evt_1", "evt_2", "evt_3", "evt_4"], _handled.Ids);
        Assert.DoesNotContain(_log.All, line => line.Level == LogLevel.Critical);
    }

    [Fact]
    public async Task Without_a_position_it_begins_with_what_happens_from_then_on()
    {
        _events.Add(Events.Json("evt_old"));
        using IHost host = await StartAsync();
        await UntilAsync(() => _position.Value is not null);
        await host.StopAsync();

        _events.Add(Events.Json("evt_between"));
        using IHost second = await StartAsync();
        await UntilAsync(() => !_handled.Ids.IsEmpty);
        await second.StopAsync();

        Assert.Equal(["evt_between"], _handled.Ids);
    }

    [Fact]
    public async Task An_event_whose_handler_throws_is_handled_again_before_later_ones()
    {
        int failures = 0;
        _handled.Before = one => one.Id == "evt_1" && ++failures <= 3
            ? throw new InvalidOperationException("database gone")
            : Task.CompletedTask;
        _events.Add(Events.Json("evt_1"), Events.Json("evt_2"));

        using IHost host = await StartAsync(options => options.Since = Beginning);
        await UntilAsync(() => _handled.Ids.Count == 2);
        await host.StopAsync();

        Assert.Equal(["evt_1", "evt_2"], _handled.Ids);
        Assert.Equal(3, _log.Of("EventNotHandled").Count);
        Assert.All(_log.Of("EventNotHandled"), line => Assert.Contains("database gone", line.Text));
    }

    [Fact]
    public async Task An_event_that_is_handled_while_the_host_stops_does_not_come_again()
    {
        var begun = new TaskCompletionSource();
        var end = new TaskCompletionSource();
        _handled.Before = _ =>
        {
            begun.TrySetResult();
            return end.Task;
        };
        _events.Add(Events.Json("evt_1"), Events.Json("evt_2"));
        using IHost host = await StartAsync(options => options.Since = Beginning);
        await begun.Task;
        Task stopping = host.StopAsync();
        await UntilAsync(() => Lifetime(host).ApplicationStopping.IsCancellationRequested);
        end.SetResult();
        await stopping;

        using IHost second = await StartAsync(options => options.Since = Beginning);
        await UntilAsync(() => _handled.Ids.Count == 2);
        await second.StopAsync();

        Assert.Equal(["evt_1", "evt_2"], _handled.Ids);
    }

    [Fact]
    public async Task A_stop_does_not_take_the_position_back()
    {
        _events.Add(Events.Json("evt_1"), Events.Json("evt_2", "job.completed"));
        using IHost host = await StartAsync(options =>
        {
            options.Since = Beginning;
            options.Types.Add("contact.*");
        });
        await UntilAsync(() => _position.Value?.Contains("\"2\"") is true); // the end of the page
        _events.Add(Events.Json("evt_3", "job.completed"));
        await UntilAsync(() => _position.Value!.Contains("\"3\""));
        string? last = _position.Value;

        await host.StopAsync();

        Assert.Equal(["evt_1"], _handled.Ids);
        Assert.Equal(last, _position.Value);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_handler_throws_while_the_host_stops_is_its_own(bool isRefusal)
    {
        var begun = new TaskCompletionSource();
        var end = new TaskCompletionSource();
        _handled.Before = async _ =>
        {
            begun.TrySetResult();
            await end.Task;
            throw isRefusal
                ? new ApiException(new() { Status = 403, Code = "forbidden" })
                : new UnreadableEventException("evt_other", "contact.created", "{}");
        };
        _events.Add(Events.Json("evt_1"));
        using IHost host = await StartAsync(options => options.Since = Beginning);
        await begun.Task;
        await Follower(host).StopAsync(new CancellationToken(true)); // without waiting for its end
        end.SetResult();
        await host.StopAsync();

        Assert.Empty(_log.Of("FollowRefused"));
        Assert.Empty(_handled.Unreadable);
        Assert.Single(_log.Of("FollowEnded"));
    }

    [Fact]
    public async Task The_end_of_a_mock_ends_it()
    {
        using IHost host = await StartAsync(
            register: services => services.AddSingleton<ICrmSolidClientFactory>(new EndingClient()));

        await Follower(host).ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Single(_handled.Ids);
        await host.StopAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_handler_is_disposed_once(bool isRegistered)
    {
        _events.Add(Events.Json("evt_1"), Events.Unreadable("evt_2"), Events.Json("evt_3"));

        using IHost host = await StartAsync(
            options => options.Since = Beginning,
            services => _ = isRegistered ? services.AddScoped<RecordingHandler>() : services);
        await UntilAsync(() => _position.Value?.Contains("\"3\"") is true);
        await host.StopAsync();

        Assert.Equal(3, _handled.Disposals);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MaxValue + 1L)]
    public void An_interval_that_no_timer_takes_is_refused_at_once(long milliseconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServiceCollection().AddCrmSolidFollower<RecordingHandler>(
            options => options.PollInterval = TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public async Task An_event_that_is_not_known_to_be_done_is_not_handled_again()
    {
        var processed = new FailingProcessedEvents(5);
        _events.Add(Events.Json("evt_1"), Events.Json("evt_2"));

        using IHost host = await StartAsync(
            options => options.Since = Beginning, services => services.AddSingleton<IProcessedEvents>(processed));
        await UntilAsync(() => _handled.Ids.Count == 2);
        await host.StopAsync();

        Assert.Equal(["evt_1", "evt_2"], _handled.Ids);
        Assert.Empty(_log.Of("EventNotHandled"));
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_what_cannot_be_marked_as_done()
    {
        var processed = new FailingProcessedEvents(int.MaxValue);
        _events.Add(Events.Json("evt_1"));
        using IHost host = await StartAsync(
            options => options.Since = Beginning, services => services.AddSingleton<IProcessedEvents>(processed));
        await UntilAsync(() => processed.Attempts == 2);

        await host.StopAsync().WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(3, processed.Attempts);
    }

    [Fact]
    public async Task An_event_that_cannot_be_read_is_kept_and_passed()
    {
        _events.Add(Events.Unreadable("evt_1"), Events.Json("evt_2"));

        using IHost host = await StartAsync(options => options.Since = Beginning);
        await UntilAsync(() => !_handled.Ids.IsEmpty);
        await host.StopAsync();

        Assert.Equal(["evt_2"], _handled.Ids);
        Assert.Equal(("evt_1", Events.Unreadable("evt_1")), (_handled.Unreadable.Single().Id, _handled.Unreadable.Single().Json));
        Assert.Contains("evt_1", Assert.Single(_log.Of("EventUnreadable")).Text);
    }

    [Fact]
    public async Task Events_that_a_webhook_has_handled_are_passed()
    {
        var processed = new MemoryProcessedEvents();
        await processed.TryBeginAsync("evt_1", default);
        await processed.DoneAsync("evt_1", default);
        await processed.TryBeginAsync("evt_2", default); // in progress elsewhere
        _events.Add(Events.Json("evt_1"), Events.Json("evt_2"), Events.Json("evt_3"));

        using IHost host = await StartAsync(
            options => options.Since = Beginning, services => services.AddSingleton<IProcessedEvents>(processed));
        await UntilAsync(() => _log.Of("EventNotHandled").Count > 0);
        await processed.DoneAsync("evt_2", default);
        await UntilAsync(() => !_handled.Ids.IsEmpty);
        await host.StopAsync();

        Assert.Equal(["evt_3"], _handled.Ids);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(410)]
    public async Task A_refusal_ends_it_and_not_the_host(int status)
    {
        _events.Outage = () => FakeApi.Refusal(status);

        using IHost host = await StartAsync();
        await UntilAsync(() => _log.Of("FollowRefused").Count > 0);

        LogLine line = Assert.Single(_log.Of("FollowRefused"));
        Assert.Equal(LogLevel.Critical, line.Level);
        Assert.Contains($"{status} refused", line.Text);
        Assert.False(Lifetime(host).ApplicationStopping.IsCancellationRequested);
        Assert.Equal(1, _events.Requests);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_refusal_ends_the_host_if_that_is_wanted()
    {
        _events.Outage = () => FakeApi.Refusal(401);

        using IHost host = await StartAsync(options => options.StopHostOnRefusal = true);
        await UntilAsync(() => Lifetime(host).ApplicationStopping.IsCancellationRequested);

        await host.StopAsync();
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Other_refusals_pass(int status)
    {
        int left = 5;
        _events.Add(Events.Json("evt_1"));
        _events.Outage = () =>
        {
            _events.Outage = --left == 0 ? null : _events.Outage;
            return FakeApi.Refusal(status);
        };

        using IHost host = await StartAsync(options => options.Since = Beginning);
        await UntilAsync(() => !_handled.Ids.IsEmpty);
        await host.StopAsync();

        Assert.Equal(5, _log.Of("Retry").Count);
    }

    [Fact]
    public async Task An_answer_that_is_no_page_passes()
    {
        _events.Add(Events.Json("evt_1"));
        _events.Outage = () =>
        {
            _events.Outage = null;
            return FakeApi.Json(200, "<html>maintenance</html>", "text/html");
        };

        using IHost host = await StartAsync(options => options.Since = Beginning);
        await UntilAsync(() => !_handled.Ids.IsEmpty);
        await host.StopAsync();

        Assert.Equal(["evt_1"], _handled.Ids);
    }

    [Fact]
    public async Task A_store_that_fails_for_a_while_is_outlived()
    {
        _position.Failures = 3;
        _events.Add(Events.Json("evt_1"));

        using IHost host = await StartAsync(options => options.Since = Beginning);
        await UntilAsync(() => !_handled.Ids.IsEmpty && _position.Value is not null);
        await host.StopAsync();

        Assert.Equal(["evt_1"], _handled.Ids);
        Assert.Equal(3, _log.Of("PositionFailed").Count);
    }

    [Fact]
    public async Task Only_the_types_that_are_asked_for_come()
    {
        _events.Add(Events.Json("evt_1", "contact.created"), Events.Json("evt_2", "job.completed"));
        _events.Add(Events.Json("evt_3", "contact.tagged"));

        using IHost host = await StartAsync(options =>
        {
            options.Since = Beginning;
            options.Types.Add("contact.*");
        });
        await UntilAsync(() => _handled.Ids.Count == 2);
        await host.StopAsync();

        Assert.Equal(["evt_1", "evt_3"], _handled.Ids);
    }

    [Fact]
    public async Task A_host_does_not_start_if_nothing_keeps_the_position()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddCrmSolid(options => options.Key = FakeApi.Key);
        builder.Services.AddCrmSolidFollower<RecordingHandler>();
        using IHost host = builder.Build();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());

        Assert.Contains("register an IPositionStore", error.Message);
    }

    [Fact]
    public async Task A_file_keeps_a_position()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        var store = new FilePositionStore(Path.Combine(folder, "position"));

        Assert.Null(await store.LoadAsync(default));
        await store.SaveAsync("a long position", default);
        await store.SaveAsync("short", default);

        Assert.Equal("short", await store.LoadAsync(default));
        Assert.Equal(["position"], Directory.GetFiles(folder).Select(Path.GetFileName));
        Directory.Delete(folder, recursive: true);
    }

    private static FollowEventsService Follower(IHost host) =>
        host.Services.GetServices<IHostedService>().OfType<FollowEventsService>().Single();

    private static IHostApplicationLifetime Lifetime(IHost host) =>
        host.Services.GetRequiredService<IHostApplicationLifetime>();

    private async Task<IHost> StartAsync(
        Action<CrmSolidFollowerOptions>? configure = null, Action<IServiceCollection>? register = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(_log).SetMinimumLevel(LogLevel.Debug);
        builder.Services.AddSingleton<TimeProvider>(_time).AddSingleton(_handled).AddScoped<ScopedService>();
        builder.Services.AddSingleton<IPositionStore>(_position);
        builder.Services
            .AddCrmSolid(options =>
            {
                options.Key = FakeApi.Key;
                options.Timeout = Timeout.InfiniteTimeSpan; // the clock runs while a request is answered
            })
            .ConfigurePrimaryHttpMessageHandler(() => _events.Api);
        builder.Services.AddCrmSolidFollower<RecordingHandler>(configure);
        register?.Invoke(builder.Services);
        IHost host = builder.Build();
        await host.StartAsync();
        return host;
    }

    /// <summary>Lets the clock run, a second each time that everything else had time to react to it.</summary>
    private async Task UntilAsync(Func<bool> isSo)
    {
        var watch = Stopwatch.StartNew();
        while (!isSo())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), "it never came to this");
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1);
        }
    }

    private sealed class MemoryPosition : IPositionStore
    {
        public string? Value { get; private set; }

        public int Failures { get; set; }

        public ValueTask<string?> LoadAsync(CancellationToken cancellationToken) => new(Value);

        public ValueTask SaveAsync(string position, CancellationToken cancellationToken)
        {
            if (Failures > 0)
            {
                Failures--;
                throw new IOException("the disk is full");
            }
            Value = position;
            return default;
        }
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Xunit;

namespace CrmSolid.Client.Tests;

/// <summary>What a call shows: one activity, its duration and retries, a notice for each retry. No key is in any of it.</summary>
public sealed class ObservationTests : IDisposable
{
    private readonly FakeServer _server = new();
    private readonly Activity _root = new Activity("test").Start();
    private readonly List<Activity> _activities = [];

    // The meter is the process's: clients of other tests are measured at the same time.
    private readonly ConcurrentQueue<(string Name, double Value, Dictionary<string, object?> Tags)> _measured = new();

    private readonly ActivityListener _listener;
    private readonly MeterListener _meter = new();

    public ObservationTests()
    {
        _listener = new()
        {
            ShouldListenTo = source => source.Name == "CrmSolid.Client",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == _root.TraceId)
                {
                    _activities.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
        _meter.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "CrmSolid.Client")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meter.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Measured(instrument, value, tags));
        _meter.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Measured(instrument, value, tags));
        _meter.Start();
    }

    public void Dispose()
    {
        _meter.Dispose();
        _listener.Dispose();
        _root.Dispose();
    }

    [Fact]
    public async Task A_call_is_one_activity_with_an_event_for_each_attempt()
    {
        _server.Refuse(503, "service_unavailable").Drop().Answer(200, Answers.Contact("con_1"));
        CrmSolidClient client = Client("seen.test");
        await client.Contacts.GetAsync("con_1");
        Activity activity = Assert.Single(_activities);
        Assert.Equal(("GET /v1/contacts/{id}", ActivityKind.Client), (activity.DisplayName, activity.Kind));
        Assert.Equal(_root.SpanId, activity.ParentSpanId);
        Assert.Equal(ActivityStatusCode.Unset, activity.Status);
        var tags = activity.TagObjects.ToDictionary();
        Assert.Equal("GET", tags["http.request.method"]);
        Assert.Equal("https://seen.test/v1/contacts/con_1", tags["url.full"]);
        Assert.Equal("/v1/contacts/{id}", tags["url.template"]);
        Assert.Equal(("seen.test", 443), (tags["server.address"], tags["server.port"]));
        Assert.Equal((200, 2), (tags["http.response.status_code"], tags["http.request.resend_count"]));
        Assert.False(tags.ContainsKey("error.type"));

        Dictionary<string, object?>[] events = [.. activity.Events.Select(each => each.Tags.ToDictionary())];
        Assert.Equal([503, null, 200], events.Select(each => each.GetValueOrDefault("http.response.status_code")));
        Assert.Equal(
            ["503", "CrmSolid.Client.ConnectionFailedException", null],
            events.Select(each => each.GetValueOrDefault("error.type")));
        Assert.Equal([null, 1, 2], events.Select(each => each.GetValueOrDefault("http.request.resend_count")));
    }

    [Fact]
    public async Task A_refusal_is_an_error_and_values_of_a_query_are_not_told()
    {
        _server.Refuse(403, "scope_missing");
        await Assert.ThrowsAsync<ScopeMissingException>(async () =>
        {
            await foreach (Contact contact in Client("refused.test").Contacts.ListAsync(new() { Search = "sarah@example.com" }))
            {
                Assert.Fail(contact.Id);
            }
        });
        Activity activity = Assert.Single(_activities);
        Assert.Equal(ActivityStatusCode.Error, activity.Status);
        Assert.Equal("403", activity.GetTagItem("error.type"));
        Assert.Equal("https://refused.test/v1/contacts?*", activity.GetTagItem("url.full"));
        Assert.DoesNotContain("sarah", string.Join(' ', activity.TagObjects));
        Assert.DoesNotContain("secret", string.Join(' ', activity.TagObjects));
    }

    [Fact]
    public async Task A_canceled_call_is_told()
    {
        using var canceled = new CancellationTokenSource();
        CrmSolidClient client = new SilentServer(canceled.Cancel).Client();
        await Assert.ThrowsAsync<CallCanceledException>(() => client.MeAsync(cancellationToken: canceled.Token));
        Assert.Equal("CrmSolid.Client.CallCanceledException", Assert.Single(_activities).GetTagItem("error.type"));
        Assert.Single(_activities[0].Events);
    }

    [Fact]
    public async Task A_call_that_is_canceled_between_its_attempts_has_no_attempt_more()
    {
        using var canceled = new CancellationTokenSource();
        _server.Refuse(503, "service_unavailable");
        CrmSolidClient client = _server.Client(options =>
        {
            options.TimeProvider = TimeProvider.System;
            options.OnRetry = _ => canceled.Cancel();
        });
        await Assert.ThrowsAsync<CallCanceledException>(() => client.MeAsync(cancellationToken: canceled.Token));
        Activity activity = Assert.Single(_activities);
        Assert.Equal("CrmSolid.Client.CallCanceledException", activity.GetTagItem("error.type"));
        Assert.Null(activity.GetTagItem("http.response.status_code"));
        Assert.Equal("503", Assert.Single(activity.Events).Tags.ToDictionary()["error.type"]);
    }

    [Fact]
    public async Task Durations_and_retries_are_measured()
    {
        _server.Refuse(503, "service_unavailable").Answer(200, Answers.Me);
        await Client("measured.test").MeAsync();
        var seen = _measured.Where(each => "measured.test".Equals(each.Tags.GetValueOrDefault("server.address"))).ToArray();
        var duration = Assert.Single(seen, each => each.Name == "crmsolid.client.request.duration");
        Assert.InRange(duration.Value, 0.25, 0.5);
        Assert.Equal(200, duration.Tags["http.response.status_code"]);
        Assert.Equal("/v1/me", duration.Tags["url.template"]);
        Assert.Equal(1, Assert.Single(seen, each => each.Name == "crmsolid.client.retries").Value);

        await Client("once.test").MeAsync();
        Assert.DoesNotContain(_measured, each =>
            "once.test".Equals(each.Tags.GetValueOrDefault("server.address")) && each.Name == "crmsolid.client.retries");
    }

    [Fact]
    public async Task Each_retry_is_noticed_with_its_wait_and_reason()
    {
        var notices = new List<RetryNotice>();
        _server.Refuse(503, "service_unavailable").Drop().Answer(200, Answers.Queued);
        CrmSolidClient client = _server.Client(options => options.OnRetry = notices.Add);
        await client.Messages.SendAsync(1, "@sarah", "Hi");
        Assert.Equal(
            [("POST", "/v1/messages/send", 1, 503), ("POST", "/v1/messages/send", 2, null)],
            notices.Select(notice => (notice.Method, notice.Path, notice.Attempt, notice.Status)));
        foreach (var (wait, notice) in _server.Time.Waits.Zip(notices))
        {
            Assert.Equal(wait, notice.Delay.TotalSeconds, 0.01);
        }
        Assert.IsType<ConnectionFailedException>(notices[1].Error);
        Assert.Matches(@"^POST /v1/messages/send is tried again in 0\.\d s, attempt 1 failed: 503", notices[0].ToString());
        Assert.DoesNotContain("secret", string.Join(' ', notices));
    }

    private CrmSolidClient Client(string host) => _server.Client(options => options.BaseUrl = new($"https://{host}"));

    private void Measured(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _measured.Enqueue((instrument.Name, value, tags.ToArray().ToDictionary()));
}

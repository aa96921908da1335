using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CrmSolid.Client.Hosting.Tests;

public class WebhookEndpointTests : IAsyncLifetime
{
    private const string Secret = "your-chosen-signing-secret";

    private static readonly DateTimeOffset Now = new(2026, 12, 1, 9, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Now);
    private readonly Handled _handled = new();
    private readonly LogLines _log = new();
    private WebApplication? _app;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await (_app?.DisposeAsync() ?? default);

    [Fact]
    public async Task A_signed_event_is_handled_in_a_scope_of_its_own()
    {
        await StartAsync();

        Assert.Equal(HttpStatusCode.OK, (await PostAsync(Events.Json("evt_1"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(Events.Json("evt_2"))).StatusCode);

        Assert.Equal(["evt_1", "evt_2"], _handled.Ids);
    }

    [Fact]
    public async Task A_method_may_be_the_handler()
    {
        WebhookEvent? given = null;
        await StartAsync(map: app => app.MapCrmSolidWebhook("/hooks", (webhookEvent, _) =>
        {
            given = webhookEvent;
            return Task.CompletedTask;
        }));

        using var response = await PostAsync(Events.Json("evt_1"));

        Assert.Equal((HttpStatusCode.OK, 0), (response.StatusCode, response.Content.Headers.ContentLength));
        Assert.Equal(("evt_1", "contact.created", "Sarah"), (given?.Id, given?.Type.Value, given?.Data.Contact?.Name));
    }

    [Fact]
    public async Task A_wrong_signature_is_401_and_not_handled()
    {
        await StartAsync();

        using var response = await PostAsync(Events.Json("evt_1"), "another-secret");

        string problem = await response.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(Encoding.UTF8.GetByteCount(problem), response.Content.Headers.ContentLength);
        Assert.Contains("\"status\":401", problem);
        Assert.Empty(_handled.Ids);
        Assert.Single(_log.Of("WebhookRefused"));
        Assert.DoesNotContain(_log.All, line => line.Text.Contains(Secret));
    }

    [Theory]
    [InlineData(299, HttpStatusCode.OK)]
    [InlineData(301, HttpStatusCode.Unauthorized)]
    [InlineData(-301, HttpStatusCode.Unauthorized)]
    public async Task A_request_is_as_old_as_the_tolerance_at_most(int seconds, HttpStatusCode status)
    {
        await StartAsync();

        using var response = await PostAsync(Events.Json("evt_1"), at: Now.AddSeconds(-seconds));

        Assert.Equal(status, response.StatusCode);
    }

    [Theory]
    [InlineData("false", HttpStatusCode.Unauthorized)]
    [InlineData("true", HttpStatusCode.OK)]
    public async Task The_signature_of_the_body_alone_counts_if_it_is_allowed(string isAllowed, HttpStatusCode status)
    {
        await StartAsync(settings: [("AllowUnsignedTimestamp", isAllowed)]);
        using HttpRequestMessage request = WebhookSigner.Sign(Events.Json("evt_1"), Secret).ToRequest("/hooks");
        foreach (string name in new[] { "webhook-id", "webhook-timestamp", "webhook-signature" })
        {
            request.Headers.Remove(name);
        }

        using var response = await _app!.GetTestClient().SendAsync(request);

        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task A_secret_is_rotated_without_a_restart()
    {
        await StartAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(Events.Json("evt_1"), "the-next-secret")).StatusCode);

        _app!.Configuration["CrmSolid:Webhook:Secrets:0"] = "the-next-secret";
        _app.Configuration["CrmSolid:Webhook:Secrets:1"] = Secret;
        ((IConfigurationRoot)_app.Configuration).Reload();

        Assert.Equal(HttpStatusCode.OK, (await PostAsync(Events.Json("evt_2"), "the-next-secret")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(Events.Json("evt_3"), Secret)).StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_that_is_too_large_is_413(bool isChunked)
    {
        string json = Events.Json("evt_1");
        await StartAsync(settings: [("MaxBytes", $"{json.Length - 1}")]);
        using HttpRequestMessage request = WebhookSigner.Sign(json, Secret, timestamp: Now).ToRequest("/hooks");
        request.Headers.TransferEncodingChunked = isChunked;
        request.Content!.Headers.ContentLength = isChunked ? null : json.Length;

        using var response = await _app!.GetTestClient().SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Empty(_handled.Ids);
    }

    [Fact]
    public async Task A_body_of_just_the_limit_is_read()
    {
        string json = Events.Json("evt_1");
        await StartAsync(settings: [("MaxBytes", $"{json.Length}")]);

        Assert.Equal(HttpStatusCode.OK, (await PostAsync(json)).StatusCode);
    }

    [Fact]
    public async Task An_event_that_cannot_be_read_is_kept_and_answered_200()
    {
        await StartAsync(services => services.AddSingleton<IProcessedEvents>(new MemoryProcessedEvents()));

        using var first = await PostAsync(Events.Unreadable("evt_1"));
        using var second = await PostAsync(Events.Json("evt_1")); // as a later version of the client reads it

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        UnreadableEventException unreadable = Assert.Single(_handled.Unreadable);
        Assert.Equal(("evt_1", "contact.created"), (unreadable.Id, unreadable.Type));
        Assert.Equal(Events.Unreadable("evt_1"), unreadable.Json);
        Assert.Equal(["evt_1"], _handled.Ids);
        Assert.Contains("evt_1", Assert.Single(_log.Of("EventUnreadable")).Text);
    }

    [Fact]
    public async Task An_event_that_cannot_be_read_comes_again_if_it_was_not_kept()
    {
        bool isFull = true;
        await StartAsync(map: app => app.MapCrmSolidWebhook(
            "/hooks",
            (_, _) => Task.CompletedTask,
            (_, _) => isFull ? throw new IOException("the disk is full") : Task.CompletedTask));

        using var first = await PostAsync(Events.Unreadable("evt_1"));
        isFull = false;
        using var second = await PostAsync(Events.Unreadable("evt_1"));

        Assert.Equal(HttpStatusCode.InternalServerError, first.StatusCode);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
    }

    [Fact]
    public async Task An_exception_of_the_handler_is_500_and_the_event_is_handled_when_it_comes_again()
    {
        await StartAsync(services => services.AddSingleton<IProcessedEvents>(new MemoryProcessedEvents()));
        _handled.Before = _ => throw new InvalidOperationException("database gone");

        using var first = await PostAsync(Events.Json("evt_1"));
        _handled.Before = _ => Task.CompletedTask;
        using var second = await PostAsync(Events.Json("evt_1"));

        Assert.Equal(HttpStatusCode.InternalServerError, first.StatusCode);
        Assert.DoesNotContain("database gone", await first.Content.ReadAsStringAsync());
        Assert.Contains("database gone", Assert.Single(_log.Of("EventNotHandled")).Text);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(["evt_1"], _handled.Ids);
    }

    [Theory]
    [InlineData(3, HttpStatusCode.OK)]
    [InlineData(4, HttpStatusCode.InternalServerError)]
    public async Task An_event_is_marked_as_done_in_four_attempts(int failures, HttpStatusCode status)
    {
        var processed = new FailingProcessedEvents(failures);
        await StartAsync(services => services.AddSingleton<IProcessedEvents>(processed));

        using var response = await PostAsync(Events.Json("evt_1"));

        Assert.Equal(status, response.StatusCode);
        Assert.Equal((1, 4), (_handled.Ids.Count, processed.Attempts));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_handler_is_disposed_once(bool isRegistered)
    {
        await StartAsync(services => _ = isRegistered ? services.AddScoped<RecordingHandler>() : services);

        await PostAsync(Events.Json("evt_1"));
        await PostAsync(Events.Unreadable("evt_2"));

        Assert.Equal(2, _handled.Disposals);
    }

    [Fact]
    public async Task A_duplicate_is_handled_once()
    {
        await StartAsync(services => services.AddSingleton<IProcessedEvents>(new MemoryProcessedEvents()));

        await PostAsync(Events.Json("evt_1"));
        using var second = await PostAsync(Events.Json("evt_1"));

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(["evt_1"], _handled.Ids);
    }

    [Fact]
    public async Task A_duplicate_is_503_while_the_first_one_is_being_handled()
    {
        var begun = new TaskCompletionSource();
        var end = new TaskCompletionSource();
        await StartAsync(services => services.AddSingleton<IProcessedEvents>(new MemoryProcessedEvents()));
        _handled.Before = _ =>
        {
            begun.SetResult();
            return end.Task;
        };

        Task<HttpResponseMessage> first = PostAsync(Events.Json("evt_1"));
        await begun.Task;
        using var second = await PostAsync(Events.Json("evt_1"));
        end.SetResult();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, second.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
        Assert.Equal(["evt_1"], _handled.Ids);
    }

    [Fact]
    public async Task The_endpoint_needs_no_user_where_all_others_do()
    {
        await StartAsync(services =>
        {
            services.AddAuthentication("none").AddCookie("none");
            services.AddAuthorization(options => options.FallbackPolicy = options.DefaultPolicy);
        });

        Assert.Equal(HttpStatusCode.OK, (await PostAsync(Events.Json("evt_1"))).StatusCode);
    }

    [Fact]
    public async Task A_host_does_not_start_without_secrets()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(
            () => StartAsync(settings: [("Secrets:0", ""), ("MaxBytes", "0"), ("Tolerance", "-00:00:01")]));

        Assert.Contains("CRM Solid webhook: one of Secrets is empty", error.Message);
        Assert.Contains("MaxBytes has to be above zero", error.Message);
        Assert.Contains("Tolerance has to be zero or more", error.Message);
    }

    [Fact]
    public void An_endpoint_without_options_is_not_mapped()
    {
        var app = WebApplication.CreateBuilder().Build();

        var error = Assert.Throws<OptionsValidationException>(
            () => app.MapCrmSolidWebhook("/hooks", (_, _) => Task.CompletedTask));

        Assert.Contains("call services.AddCrmSolidWebhook", error.Message);
    }

    [Fact]
    public async Task Endpoints_with_names_have_secrets_of_their_own()
    {
        await StartAsync(
            services => services.AddCrmSolidWebhook(options => options.Secrets.Add("other-secret"), "other"),
            app => app.MapCrmSolidWebhook<RecordingHandler>("/hooks", "other"));

        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(Events.Json("evt_1"), Secret)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(Events.Json("evt_1"), "other-secret")).StatusCode);
    }

    private async Task StartAsync(
        Action<IServiceCollection>? register = null,
        Action<WebApplication>? map = null,
        (string Name, string Value)[]? settings = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Configuration["CrmSolid:Webhook:Secrets:0"] = Secret;
        foreach (var (name, value) in settings ?? [])
        {
            builder.Configuration[$"CrmSolid:Webhook:{name}"] = value;
        }
        builder.Logging.ClearProviders().AddProvider(_log);
        builder.Services.AddSingleton<TimeProvider>(_time).AddSingleton(_handled).AddScoped<ScopedService>();
        builder.Services.AddCrmSolidWebhook(builder.Configuration.GetSection("CrmSolid:Webhook"));
        register?.Invoke(builder.Services);
        _app = builder.Build();
        (map ?? (app => app.MapCrmSolidWebhook<RecordingHandler>("/hooks")))(_app);
        await _app.StartAsync();
    }

    private async Task<HttpResponseMessage> PostAsync(string json, string secret = Secret, DateTimeOffset? at = null)
    {
        using HttpRequestMessage request = WebhookSigner.Sign(json, secret, timestamp: at ?? Now).ToRequest("/hooks");
        return await _app!.GetTestClient().SendAsync(request);
    }
}

using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CrmSolid.Client.Http;

/// <summary>
/// What is seen of one call from outside: one activity with an event for each attempt, its duration and its retries. Names
/// are those of OpenTelemetry's conventions for HTTP. Neither a key nor the values of a query are in them.
/// </summary>
internal sealed class CallTrace : IDisposable
{
    private const string Name = "CrmSolid.Client";

    private static readonly string? Version = typeof(CallTrace).Assembly.GetName().Version?.ToString(3);
    private static readonly ActivitySource Source = new(Name, Version);
    private static readonly Meter Meter = new(Name, Version);

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "crmsolid.client.request.duration", "s", "Duration of calls, with their retries and waits.");

    private static readonly Counter<long> Retries = Meter.CreateCounter<long>(
        "crmsolid.client.retries", "{retry}", "Attempts after the first one of a call.");

    private readonly ApiRequest _request;
    private readonly Uri _server;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly Activity? _activity;
    private int _attempt;
    private int? _status;
    private string? _error;

    public CallTrace(ApiRequest request, Uri server, TimeProvider time)
    {
        (_request, _server, _time, _start) = (request, server, time, time.GetTimestamp());
        if (Source.HasListeners())
        {
            string name = request.Template is { } template ? $"{request.Method} {template}" : request.Method.Method;
            _activity = Source.StartActivity(name, ActivityKind.Client, default(ActivityContext), SharedTags()!);
            _activity?.SetTag("url.full", FullUrl());
        }
    }

    public void Answered(int attempt, int status) => Attempted(attempt, status, null);

    public void Failed(int attempt, Exception error) => Attempted(
        attempt,
        error switch
        {
            ApiException refusal => refusal.Status,
            UnexpectedAnswerException unexpected => unexpected.Status,
            _ => null,
        },
        error);

    /// <summary>The caller has ended the call, also while no attempt was made.</summary>
    public void Canceled(CallCanceledException error) => (_status, _error) = (null, error.GetType().FullName);

    public void Dispose()
    {
        if (_attempt > 0 && Retries.Enabled)
        {
            Retries.Add(_attempt, [.. SharedTags()]);
        }
        if (Duration.Enabled)
        {
            Duration.Record(_time.GetElapsedTime(_start).TotalSeconds, [.. SharedTags(), .. ResultTags()]);
        }
        if (_activity is null)
        {
            return;
        }
        foreach (var (name, value) in ResultTags())
        {
            _activity.SetTag(name, value);
        }
        if (_attempt > 0)
        {
            _activity.SetTag("http.request.resend_count", _attempt);
        }
        if (_error is not null)
        {
            _activity.SetStatus(ActivityStatusCode.Error);
        }
        _activity.Dispose();
    }

    private void Attempted(int attempt, int? status, Exception? error)
    {
        (_attempt, _status) = (attempt, status);
        _error = error is null ? null : status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? error.GetType().FullName;
        if (_activity is not null)
        {
            var tags = new ActivityTagsCollection(ResultTags());
            if (attempt > 0)
            {
                tags.Add("http.request.resend_count", attempt);
            }
            _activity.AddEvent(new ActivityEvent("http.client.attempt", tags: tags));
        }
    }

    private IEnumerable<KeyValuePair<string, object?>> SharedTags()
    {
        yield return new("http.request.method", _request.Method.Method);
        yield return new("server.address", _server.Host);
        yield return new("server.port", _server.Port);
        if (_request.Template is { } template)
        {
            yield return new("url.template", template);
        }
    }

    private IEnumerable<KeyValuePair<string, object?>> ResultTags()
    {
        if (_status is not null)
        {
            yield return new("http.response.status_code", _status);
        }
        if (_error is not null)
        {
            yield return new("error.type", _error);
        }
    }

    // A query may hold names, e-mail addresses and texts: only that there is one is told, as .NET itself does.
    private string FullUrl() =>
        $"{_server.GetLeftPart(UriPartial.Path).TrimEnd('/')}{_request.Path}{(_request.HasQuery ? "?*" : "")}";
}

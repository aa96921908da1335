// Makes the calls of the scenarios of tests/sdk/faults, which it reads as JSON from its input, and writes what it saw as
// JSON to its output.
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using CrmSolid.Client;
using CrmSolid.Client.Faults;

JsonSerializerOptions names = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
while (Console.ReadLine() is { } line)
{
    FaultTask task = JsonSerializer.Deserialize<FaultTask>(line, names)!;
    Console.WriteLine(JsonSerializer.Serialize(new Scenario(task).Run(), names));
}

internal sealed record FaultOptions(
    double? Timeout, double? RetryFor, int? MaxRetries, string? IdempotencyKey, string? RequestId,
    Dictionary<string, string>? Headers, double? GiveUpAfter);

internal sealed record FaultCall(
    string Kind, int Count, int Callers, int Take, int Size, double? CancelAfter, FaultOptions Options, string Body,
    Dictionary<string, string> Headers, string[] Secrets);

internal sealed record FaultTask(string Name, string Url, string Key, string Clock, FaultOptions Options, FaultCall Call);

internal sealed record Told(
    string Name, string Outcome, double Elapsed, int Attempts, int? Status, string? Key, string? RequestId, bool? MayHaveHappened,
    string Text, IReadOnlyList<string> Items);

internal sealed class Scenario
{
    private readonly FaultTask _task;
    private readonly FaultTime? _time;
    private readonly FaultHandler _handler;
    private readonly CrmSolidClient _crm;
    private readonly List<string> _items = [];
    private readonly StringBuilder _text = new();
    private readonly CancellationTokenSource _canceled;

    public Scenario(FaultTask task)
    {
        _task = task;
        _time = task.Clock == "fake" ? new FaultTime() : null;
        _handler = new FaultHandler(_time);
        var options = new CrmSolidClientOptions
        {
            BaseUrl = new(task.Url),
            HttpClient = new HttpClient(_handler) { Timeout = Timeout.InfiniteTimeSpan },
            TimeProvider = _time ?? TimeProvider.System,
            OnRetry = Shown,
        };
        options.Timeout = Seconds(task.Options.Timeout) ?? options.Timeout;
        options.RetryFor = Seconds(task.Options.RetryFor) ?? options.RetryFor;
        options.MaxRetries = task.Options.MaxRetries ?? options.MaxRetries;
        _crm = new(task.Key, options);
        _canceled = task.Call.CancelAfter is { } after
            ? new CancellationTokenSource(TimeSpan.FromSeconds(after), options.TimeProvider)
            : new CancellationTokenSource();
        _text.AppendLine(_crm.ToString());
    }

    public Told Run()
    {
        long began = Stopwatch.GetTimestamp();
        int left = _task.Call.Count;
        Task all = Task.WhenAll(Enumerable.Range(0, _task.Call.Callers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await MakeAsync();
            }
        })));
        _time?.Run(all);
        Exception? failure = Failure(all);
        double elapsed = (_time?.Now ?? Stopwatch.GetElapsedTime(began)).TotalSeconds;
        if (failure is null)
        {
            return new(_task.Name, "ok", elapsed, _handler.Attempts, null, null, null, null, _text.ToString(), _items);
        }
        _text.AppendLine(failure.ToString());
        var (status, requestId) = failure switch
        {
            ApiException refusal => ((int?)refusal.Status, refusal.RequestId),
            UnexpectedAnswerException unexpected => (unexpected.Status, unexpected.RequestId),
            CrmSolidApprovalPendingException pending => (pending.Proposal.Response?.Status, pending.RequestId),
            _ => (null, null),
        };
        string? key = (failure as CrmSolidException)?.IdempotencyKey ?? (failure as CallCanceledException)?.IdempotencyKey;
        return new(
            _task.Name, Outcome(failure), elapsed, _handler.Attempts, status, key, requestId,
            (failure as ConnectionFailedException)?.MayHaveHappened, _text.ToString(),
            failure is UnreadableEventException unreadable ? [$"?{unreadable.Id}"] : _items);
    }

    private static TimeSpan? Seconds(double? seconds) => seconds is { } given ? TimeSpan.FromSeconds(given) : null;

    private static Exception? Failure(Task task)
    {
        try
        {
            task.GetAwaiter().GetResult();
            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }

    private static string Outcome(Exception failure) => failure switch
    {
        RequestTimedOutException => "timeout",
        ConnectionFailedException => "connection",
        UnexpectedAnswerException => "unexpected_answer",
        CrmSolidApprovalPendingException => "approval_pending",
        UnreadableEventException => "unreadable_event",
        WebhookVerificationException => "verification",
        CallCanceledException => "canceled",
        AuthenticationFailedException => "unauthorized",
        PermissionDeniedException => "forbidden",
        NotFoundException => "not_found",
        ConflictException => "conflict",
        ErasedException or FileGoneException => "gone",
        ValidationFailedException => "unprocessable",
        RateLimitedException or AccountDailyLimitException => "too_many_requests",
        ServerErrorException => "server_error",
        InvalidRequestException => "bad_request",
        _ => failure.GetType().Name,
    };

    private void Shown(RetryNotice notice)
    {
        lock (_text)
        {
            _text.AppendLine(notice.ToString()).AppendLine(notice.Error.ToString());
        }
    }

    private void Add(string item)
    {
        lock (_items)
        {
            _items.Add(item);
        }
    }

    /// <summary>Makes the call, and adds what comes.</summary>
    private async Task MakeAsync()
    {
        FaultCall call = _task.Call;
        CancellationToken token = _canceled.Token;
        var options = new RequestOptions
        {
            IdempotencyKey = call.Options.IdempotencyKey,
            RequestId = call.Options.RequestId,
            Headers = call.Options.Headers,
            Timeout = Seconds(call.Options.Timeout),
            RetryFor = Seconds(call.Options.RetryFor),
            MaxRetries = call.Options.MaxRetries,
        };
        TimeSpan giveUpAfter = Seconds(call.Options.GiveUpAfter) ?? Timeout.InfiniteTimeSpan;
        void Pass(UnreadableEventException error) => Add($"?{error.Id}");
        switch (call.Kind)
        {
            case "webhook":
                Add(WebhookVerifier.Verify(Encoding.UTF8.GetBytes(call.Body), call.Headers, call.Secrets).Id);
                break;
            case "send":
                Add((await _crm.Messages.SendAsync(7421, "@anna", "Привіт 🚀", options, token)).Id);
                break;
            case "raw":
                await _crm.SendAsync(HttpMethod.Post, "/v1/any", RawRequest.FromJson("""{"a": 1}"""), options, token);
                break;
            case "upload":
                await _crm.Files.UploadAsync(new MemoryStream(new byte[call.Size]), "a.bin", options, token);
                break;
            case "import":
                await _crm.Contacts.ImportFileAsync(new MemoryStream("username\n@anna\n"u8.ToArray()), null, options, token);
                break;
            case "contacts":
                await foreach (Contact contact in _crm.Contacts.ListAsync(null, options, token))
                {
                    Add(contact.Id);
                }
                break;
            case "events":
                await foreach (Event each in _crm.Events.ListAsync(new() { OnUnreadable = Pass }, options, token))
                {
                    Add(each.Id);
                }
                break;
            case "follow":
                var since = new DateTimeOffset(2026, 6, 4, 9, 0, 0, TimeSpan.Zero);
                EventFollowOptions follow = new() { Since = since, GiveUpAfter = giveUpAfter, OnUnreadable = Pass };
                await foreach (FollowedEvent each in _crm.Events.FollowAsync(follow, options, token))
                {
                    Add(each.Event.Id);
                    if (_items.Count >= call.Take)
                    {
                        break;
                    }
                }
                break;
            default:
                MessageStreamOptions stream = new() { GiveUpAfter = giveUpAfter, OnUnreadable = Pass };
                await foreach (StreamedEvent each in _crm.Messages.StreamAsync(stream, options, token))
                {
                    Add(each.Event.Id);
                    if (_items.Count >= call.Take)
                    {
                        break;
                    }
                }
                break;
        }
    }
}

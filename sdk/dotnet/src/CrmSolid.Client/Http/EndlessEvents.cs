namespace CrmSolid.Client.Http;

/// <summary>
/// An enumerator that comes back after any outage, for ever. Only a refusal that cannot pass and the caller end it. What
/// cannot be read is thrown, or handed to the caller's callback, once its position has been passed; the next event can be
/// asked for after it, which an iterator method could not do.
/// </summary>
internal abstract class EndlessEvents<T> : IAsyncEnumerator<T>
    where T : class
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(60); // it may be well again long before

    private readonly EventStreamOptions _options;
    private readonly CallerTokens _tokens;
    private int _failures;
    private long _lastContact;
    private T? _current;

    protected EndlessEvents(Transport transport, EventStreamOptions options, CallerTokens tokens)
    {
        (Transport, _options, _tokens) = (transport, options, tokens);
        _lastContact = Time.GetTimestamp();
    }

    public T Current => _current ?? throw new InvalidOperationException("MoveNextAsync has not brought an event");

    protected Transport Transport { get; }

    protected TimeProvider Time => Transport.Options.TimeProvider;

    protected CancellationToken Token => _tokens.Token;

    /// <summary>Each request is tried once: this class repeats it.</summary>
    protected Limits LimitsOf(ApiRequest request) => Transport.LimitsOf(request) with { RetryFor = TimeSpan.Zero, MaxRetries = 0 };

    public async ValueTask<bool> MoveNextAsync()
    {
        _current = null;
        TimeSpan? pause = null;
        while (true)
        {
            try
            {
                Token.ThrowIfCancellationRequested();
                if (pause is { } wait)
                {
                    pause = null;
                    await Transport.PauseAsync(wait, Request(), Token).ConfigureAwait(false);
                }
                _current = await ReadAsync().ConfigureAwait(false);
                if (_current is not null)
                {
                    return true;
                }
            }
            catch (UnreadableEventException error) when (_options.OnUnreadable is not null)
            {
                _options.OnUnreadable(error);
            }
            catch (Exception error) when (Passes(error))
            {
                await DisconnectAsync().ConfigureAwait(false);
                pause = PauseAfter(error);
            }
            catch (OperationCanceledException error) when (_tokens.IsCanceled)
            {
                await DisconnectAsync().ConfigureAwait(false);
                throw new CallCanceledException(null, error, _tokens.Canceled);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await DisconnectAsync().ConfigureAwait(false);
        _tokens.Dispose();
    }

    /// <summary>The next event, or null to be called again.</summary>
    protected abstract ValueTask<T?> ReadAsync();

    /// <summary>A request for what the stream reads, which names it in notices.</summary>
    protected abstract ApiRequest Request();

    /// <summary>Ends what is open.</summary>
    protected abstract ValueTask DisconnectAsync();

    /// <summary>Tells where the stream begins, the first time that it is known.</summary>
    protected void Started(string position)
    {
        if (!HasStarted)
        {
            HasStarted = true;
            _options.OnStart?.Invoke(position);
        }
    }

    protected bool HasStarted { get; private set; }

    /// <summary>Something has come.</summary>
    protected void Heard()
    {
        _failures = 0;
        _lastContact = Time.GetTimestamp();
    }

    // A refusal that time does not change ends the stream, and so does what the caller's own code throws.
    private bool Passes(Exception error) => !_tokens.IsCanceled && error switch
    {
        ApiException { Status: 401 or 403 or 404 or 410 } or ApiException { Code.Value: "invalid_cursor" or "invalid_parameter" } => false,
        UnreadableEventException => false,
        CrmSolidException => true,
        _ => false,
    };

    /// <summary>How long to wait until the next attempt. Throws the error if the stream gives up.</summary>
    private TimeSpan PauseAfter(Exception error)
    {
        _failures++;
        TimeSpan wait = Attempts.Backoff(_failures, LongestPause);
        if (error is ApiException { RetryAfter: { } asked } && asked > wait)
        {
            wait = asked < LongestRetryAfter ? asked : LongestRetryAfter;
        }
        bool givesUp = _options.GiveUpAfter != Timeout.InfiniteTimeSpan
            && Time.GetElapsedTime(_lastContact) + wait > _options.GiveUpAfter;
        if (givesUp)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
        }
        Transport.Notify(Request(), _failures, wait, error);
        return wait;
    }
}

internal static class EventStreams
{
    /// <summary>Throws if options are none.</summary>
    public static void Check(EventStreamOptions options)
    {
        if (options.GiveUpAfter < TimeSpan.Zero && options.GiveUpAfter != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(options.GiveUpAfter), "it is zero or more, or infinite");
        }
    }
}

/// <summary>The token of a call and those of its enumeration, each of which may end it.</summary>
internal sealed class CallerTokens(params CancellationToken[] tokens) : IDisposable
{
    private readonly CancellationTokenSource? _linked =
        tokens.Where(token => token.CanBeCanceled).Distinct().Count() > 1
            ? CancellationTokenSource.CreateLinkedTokenSource(tokens)
            : null;

    public CancellationToken Token => _linked?.Token ?? Array.Find(tokens, token => token.CanBeCanceled);

    public bool IsCanceled => Array.Exists(tokens, token => token.IsCancellationRequested);

    /// <summary>The caller's own token that has been canceled.</summary>
    public CancellationToken Canceled => Array.Find(tokens, token => token.IsCancellationRequested);

    /// <summary>Does this with the token. What one of the caller's has canceled carries that one.</summary>
    public async ValueTask<T> RunAsync<T>(Func<CancellationToken, Task<T>> work)
    {
        try
        {
            return await work(Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (_linked is not null && IsCanceled)
        {
            throw new CallCanceledException(null, error, Canceled);
        }
    }

    public void Dispose() => _linked?.Dispose();
}

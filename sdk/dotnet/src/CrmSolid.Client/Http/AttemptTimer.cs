namespace CrmSolid.Client.Http;

/// <summary>
/// The time limit of one attempt, together with the caller's token. Whatever moves begins it anew.
/// </summary>
internal sealed class AttemptTimer : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _caller;
    private readonly TimeSpan _timeout;

    public AttemptTimer(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        _timeout = timeout;
        _source = new CancellationTokenSource(timeout, time);
        _caller = cancellationToken.UnsafeRegister(source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    public CancellationToken Token => _source.Token;

    public TimeSpan Timeout => _timeout;

    public void Restart() => Restart(_timeout);

    public void Restart(TimeSpan timeout)
    {
        try
        {
            _source.CancelAfter(timeout);
        }
        catch (ObjectDisposedException)
        {
            // The attempt is over: the server has answered before it had all of an upload.
        }
    }

    public void Dispose()
    {
        _caller.Dispose();
        _source.Dispose();
    }
}

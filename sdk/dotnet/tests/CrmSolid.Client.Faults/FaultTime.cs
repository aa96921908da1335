namespace CrmSolid.Client.Faults;

/// <summary>A clock that stands still while anything is on its way or runs, and else does not wait.</summary>
internal sealed class FaultTime : TimeProvider
{
    private readonly object _lock = new();
    private readonly List<Timer> _timers = [];
    private TimeSpan _now;
    private int _onTheirWay;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public TimeSpan Now
    {
        get
        {
            lock (_lock)
            {
                return _now;
            }
        }
    }

    public override long GetTimestamp() => Now.Ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddYears(56) + Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Waits for what is not of this clock.</summary>
    public async ValueTask<T> DuringAsync<T>(ValueTask<T> work)
    {
        Interlocked.Increment(ref _onTheirWay);
        try
        {
            return await work;
        }
        finally
        {
            Interlocked.Decrement(ref _onTheirWay);
        }
    }

    /// <summary>Lets time pass until the task has ended. The thread is none of the pool's.</summary>
    public void Run(Task task)
    {
        for (int quiet = 0; !task.IsCompleted;)
        {
            Thread.Sleep(quiet == 0 ? 0 : 1);
            quiet = IsQuiet() ? quiet + 1 : 0;
            if (quiet == 3)
            {
                MoveOn();
                quiet = 0;
            }
        }
    }

    private bool IsQuiet()
    {
        ThreadPool.GetMaxThreads(out int most, out _);
        ThreadPool.GetAvailableThreads(out int available, out _);
        return Volatile.Read(ref _onTheirWay) == 0 && most == available && ThreadPool.PendingWorkItemCount == 0;
    }

    private void MoveOn()
    {
        Timer[] due;
        lock (_lock)
        {
            if (_timers.Count == 0)
            {
                return;
            }
            TimeSpan next = _timers.Min(timer => timer.At);
            _now = next > _now ? next : _now;
            due = [.. _timers.Where(timer => timer.At <= _now)];
            _timers.RemoveAll(timer => timer.At <= _now);
        }
        foreach (Timer timer in due)
        {
            ThreadPool.QueueUserWorkItem(_ => timer.Fire());
        }
    }

    private sealed class Timer(FaultTime time, Action fire) : ITimer
    {
        public TimeSpan At { get; private set; }

        public Action Fire { get; } = fire;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    At = time._now + dueTime;
                    time._timers.Add(this);
                }
            }
            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace CrmSolid.Client.Hosting.Tests;

internal sealed record LogLine(string Category, LogLevel Level, EventId Id, string Text);

/// <summary>Keeps what is logged, at every level.</summary>
internal sealed class LogLines : ILoggerProvider
{
    private readonly ConcurrentQueue<LogLine> _lines = new();

    public IReadOnlyList<LogLine> All => [.. _lines];

    public IReadOnlyList<LogLine> Of(string eventName) => [.. _lines.Where(line => line.Id.Name == eventName)];

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(LogLines lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? error, Func<TState, Exception?, string> formatter) =>
            lines._lines.Enqueue(new(category, logLevel, eventId, $"{formatter(state, error)} {error}"));
    }
}

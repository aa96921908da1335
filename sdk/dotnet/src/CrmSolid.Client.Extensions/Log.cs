using Microsoft.Extensions.Logging;

namespace CrmSolid.Client;

/// <summary>What is logged, with an id for each kind. No line has the API key, a text or a body.</summary>
internal static partial class Log
{
    public static void Retry(ILogger logger, RetryNotice notice) =>
        Retry(logger, notice.Method, notice.Path, notice.Delay.TotalSeconds, notice.Attempt, notice.Error.Message);

    [LoggerMessage(
        1,
        LogLevel.Warning,
        "{Method} {Path} is tried again in {Seconds:0.0} s, attempt {Attempt} failed: {Reason}",
        EventName = "Retry")]
    private static partial void Retry(
        ILogger logger, string method, string path, double seconds, int attempt, string reason);

    [LoggerMessage(2, LogLevel.Information, "Events are followed", EventName = "FollowBegun")]
    public static partial void FollowBegun(ILogger logger);

    [LoggerMessage(
        3,
        LogLevel.Error,
        "Event {EventId} of type {EventType} cannot be read and was passed: {Reason}",
        EventName = "EventUnreadable")]
    public static partial void Unreadable(ILogger logger, string? eventId, string? eventType, string? reason);

    [LoggerMessage(
        4, LogLevel.Error, "Event {EventId} was not handled; the handler gets it again in {Seconds:0.0} s", EventName = "EventNotHandled")]
    public static partial void HandlerFailed(ILogger logger, string? eventId, double seconds, Exception error);

    [LoggerMessage(5, LogLevel.Error, "The position of events is not available; next attempt in {Seconds:0.0} s", EventName = "PositionFailed")]
    public static partial void PositionFailed(ILogger logger, double seconds, Exception error);

    [LoggerMessage(6, LogLevel.Critical, "Events are no longer followed: the API refuses it, {Status} {Code}", EventName = "FollowRefused")]
    public static partial void FollowRefused(ILogger logger, int status, string code, Exception error);

    [LoggerMessage(7, LogLevel.Error, "Following events failed; it goes on in {Seconds:0.0} s", EventName = "FollowFailed")]
    public static partial void FollowFailed(ILogger logger, double seconds, Exception error);

    [LoggerMessage(8, LogLevel.Information, "Events are no longer followed: the host stops", EventName = "FollowEnded")]
    public static partial void FollowEnded(ILogger logger, Exception? error);
}

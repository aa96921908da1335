using Microsoft.Extensions.Logging;

namespace CrmSolid.Client;

/// <summary>What is logged, with an id for each kind. No line has a secret or a body.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "A webhook was refused: {Reason}", EventName = "WebhookRefused")]
    public static partial void Refused(ILogger logger, string reason);

    [LoggerMessage(2, LogLevel.Warning, "A webhook was refused: it has more than {MaxBytes} bytes", EventName = "WebhookTooLarge")]
    public static partial void TooLarge(ILogger logger, int maxBytes);

    [LoggerMessage(
        3, LogLevel.Error, "Event {EventId} of type {EventType} cannot be read and was passed: {Reason}", EventName = "EventUnreadable")]
    public static partial void Unreadable(ILogger logger, string? eventId, string? eventType, string? reason);

    [LoggerMessage(4, LogLevel.Error, "Event {EventId} was not handled and comes again", EventName = "EventNotHandled")]
    public static partial void HandlerFailed(ILogger logger, string? eventId, Exception error);
}

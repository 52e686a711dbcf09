using Microsoft.Extensions.Logging;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>The server's log messages.</summary>
internal static partial class ModelLog
{
    [LoggerMessage(EventId = 201, Level = LogLevel.Information,
        Message = "Smoothed classifier {Model} is ready after {Seconds:F1} s: {Fingerprint}")]
    public static partial void Ready(this ILogger logger, string model, double seconds, string fingerprint);

    [LoggerMessage(EventId = 202, Level = LogLevel.Error, Message = "Smoothed classifier {Model} could not be loaded, and does not answer")]
    public static partial void NotLoaded(this ILogger logger, Exception error, string model);

    [LoggerMessage(EventId = 203, Level = LogLevel.Warning, Message = "A certificate of {Model} was handed out and could not be audited")]
    public static partial void NotAudited(this ILogger logger, Exception error, string model);

    [LoggerMessage(EventId = 204, Level = LogLevel.Error, Message = "An image that {Model} took could not be answered")]
    public static partial void NotAnswered(this ILogger logger, Exception error, string model);

    [LoggerMessage(EventId = 205, Level = LogLevel.Debug, Message = "Refused a request to {Model} ({Reason})")]
    public static partial void Refused(this ILogger logger, string model, string reason);

    [LoggerMessage(EventId = 206, Level = LogLevel.Warning,
        Message = "The audit log {Path} could not be written; {Lost} certificates are missing from it")]
    public static partial void AuditFailed(this ILogger logger, Exception? error, string path, long lost);
}

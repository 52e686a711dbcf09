namespace DenoisedSmoothing.Logs;

/// <summary>
/// Another process is writing the log. Nothing is wrong with it: the same command can be tried again when that process has ended.
/// </summary>
/// <param name="message">What was found.</param>
/// <param name="inner">The system's error; null where there is none.</param>
public sealed class LogInUseException(string message, Exception? inner = null) : IOException(message, inner);

namespace DenoisedSmoothing.Logs;

/// <summary>
/// Another process writes the log. Nothing is wrong with it: the same command can be tried again when that process has ended.
/// </summary>
/// <param name="message">What was found.</param>
/// <param name="inner">What the system says; null where it says nothing.</param>
public sealed class LogInUseException(string message, Exception? inner = null) : IOException(message, inner);

namespace DenoisedSmoothing.Cluster;

/// <summary>The queue's database could not be reached within the waiting time: worth trying again later.</summary>
/// <param name="message">What was tried, and for how long.</param>
/// <param name="innerException">The database's own error.</param>
public sealed class QueueUnavailableException(string message, Exception? innerException = null) : IOException(message, innerException);

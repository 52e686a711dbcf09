namespace DenoisedSmoothing.AspNetCore;

/// <summary>There is too much to do, or no model to do it: ask again later.</summary>
/// <param name="reason">A word for metrics: <c>full</c>, <c>late</c>, <c>displaced</c>, <c>loading</c>, <c>failed</c>, <c>stopping</c> or
/// <c>memory</c>.</param>
/// <param name="message">The reason, in a sentence.</param>
/// <param name="retryAfter">When to ask again; null for never.</param>
internal sealed class RefusedException(string reason, string message, TimeSpan? retryAfter) : Exception(message)
{
    public string Reason => reason;

    public TimeSpan? RetryAfter => retryAfter;
}

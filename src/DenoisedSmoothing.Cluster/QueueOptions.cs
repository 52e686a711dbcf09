namespace DenoisedSmoothing.Cluster;

/// <summary>How a queue is used.</summary>
public sealed record QueueOptions
{
    /// <summary>How long to wait for a database that does not answer or is restarting.</summary>
    /// <value>Five minutes unless set.</value>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>After how many errors an image is parked instead of being tried again.</summary>
    /// <value>3 unless set.</value>
    public int MostFailures
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(MostFailures), value, "At least 1.");
    } = 3;

    /// <summary>After how many lost workers an image is parked. More than for errors: losing a machine is not the image's fault.</summary>
    /// <value>10 unless set.</value>
    public int MostLosses
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(MostLosses), value, "At least 1.");
    } = 10;
}

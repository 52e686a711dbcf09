namespace DenoisedSmoothing.Cluster;

/// <summary>How a worker works.</summary>
public sealed record WorkerOptions
{
    /// <summary>
    /// How long a lease lasts. It is renewed four times as often, so this is how long the images of a killed worker wait for another.
    /// </summary>
    /// <value>Two minutes unless set.</value>
    public TimeSpan Lease
    {
        get;
        init => field = value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(Lease), value, "Above 0.");
    } = TimeSpan.FromMinutes(2);

    /// <summary>How much work is leased at once, judged by the time that images have taken so far.</summary>
    /// <value>Ten seconds unless set.</value>
    public TimeSpan Portion { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After how many failed images in a row the worker itself is considered to be at fault and ends.</summary>
    /// <value>3 unless set.</value>
    public int MostFailuresInARow
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(MostFailuresInARow), value, "At least 1.");
    } = 3;
}

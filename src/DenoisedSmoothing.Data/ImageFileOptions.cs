namespace DenoisedSmoothing.Data;

/// <summary>How image files are read.</summary>
public sealed record ImageFileOptions
{
    /// <summary>Whether images become grey, one channel, by PIL's formula (ITU-R 601-2).</summary>
    /// <value>False unless set: three channels, R, G, B.</value>
    public bool Grey { get; init; }

    /// <summary>The most pixels an image may have; a larger one counts as corrupt and takes no memory.</summary>
    /// <value>89,478,485 unless set: a quarter of a gigabyte as RGB, above which PIL warns.</value>
    public long MaxPixels
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(MaxPixels), value, "MaxPixels is at least 1.");
    } = 89_478_485;
}

namespace DenoisedSmoothing.AspNetCore;

/// <summary>Where the noise of served answers comes from; docs/serving.md says what alpha means over many queries under either.</summary>
public enum NoiseKeys
{
    /// <summary>
    /// A secret and the image's hash: the same image always gets the same noise, so that asking again gives the same answer and no new
    /// draw.
    /// </summary>
    Keyed,

    /// <summary>Fresh noise for every answer: every query is a new draw.</summary>
    Fresh,
}

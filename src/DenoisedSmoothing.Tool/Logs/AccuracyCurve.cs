namespace DenoisedSmoothing.Tool;

/// <summary>A share of images that falls as the radius grows.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Radii">Where it falls, in increasing order: it keeps its height up to and including each.</param>
/// <param name="At">The share at a radius.</param>
internal sealed record AccuracyCurve(string Name, IReadOnlyList<double> Radii, Func<double, double> At)
{
    /// <summary>Where knowledge ends while images are left; null for a curve that falls to 0 at its last radius.</summary>
    public double? EndsAt { get; init; }

    public bool Dashed { get; init; }
}

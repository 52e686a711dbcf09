using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Analysis;

/// <summary>
/// The average certified radii of two logs of the same images, compared image by image: an image counts with its radius where its label is
/// certified, otherwise with 0.
/// </summary>
public sealed record PairedRadii
{
    private PairedRadii(IReadOnlyList<double> differences)
    {
        Images = differences.Count;
        MeanDifference = differences.Sum() / Images;
        if (Images > 1)
            StandardError = Math.Sqrt(differences.Sum(its => Math.Pow(its - MeanDifference, 2)) / (Images - 1) / Images);
    }

    /// <summary>The images that both logs have.</summary>
    public int Images { get; }

    /// <summary>The mean of the first log's radius minus the second's, in [0,1] pixel space.</summary>
    public double MeanDifference { get; }

    /// <summary>The standard error of that mean over images drawn independently and at random; null for a single image.</summary>
    public double? StandardError { get; }

    /// <summary>Compares two logs.</summary>
    /// <param name="first">A log of certificates.</param>
    /// <param name="second">Another; images are matched by index.</param>
    /// <exception cref="ArgumentException">The radii are in different norms.</exception>
    /// <exception cref="InvalidDataException">One of the logs is of predictions, the logs have no image in common, or they give one index
    /// different labels.</exception>
    public static PairedRadii Of(LogAnalysis first, LogAnalysis second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (new[] { first, second }.FirstOrDefault(its => its.AverageCertifiedRadius is null) is { } predictions)
            throw new InvalidDataException($"{predictions.Log.Path} is a log of predictions, which carry no radius.");
        return new([.. PairedRows.Of(first, second).Select(pair => Radius(pair.First) - Radius(pair.Second))]);
    }

    private static double Radius(CertificationLogRow row) => row.Correct ? row.Radius : 0;
}

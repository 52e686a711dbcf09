using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Analysis;

/// <summary>The field's figures for one log (locuslab/smoothing, code/analyze.py).</summary>
/// <remarks>
/// Radii are compared as logged. Published logs hold three significant digits rounded to nearest, so 0.2496 is written as 0.25 and
/// counts as certified at 0.25: that is the field's figure, and a little above the truth. Logs of this library hold the whole radius.
/// </remarks>
public sealed class LogAnalysis
{
    private readonly double[] _correctRadii;

    /// <summary>Analyses a log.</summary>
    /// <param name="log">A log with at least one image.</param>
    /// <exception cref="InvalidDataException">The log holds no images.</exception>
    public LogAnalysis(CertificationLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        if (log.Rows.Count == 0)
            throw new InvalidDataException($"{log.Path} holds no image, only a header: there is nothing to analyse.");
        Log = log;
        _correctRadii = [.. log.Rows.Where(static row => row.Correct).Select(static row => row.Radius).Order()];
        Abstained = log.Rows.Count(static row => row.Abstained);
        AverageCertifiedRadius = log.Kind == CertificationLogKind.Certify ? _correctRadii.Sum() / Images : null;
        if (log.Rows.All(static row => row.Time is not null))
            TotalTime = TimeSpan.FromTicks(log.Rows.Sum(static row => row.Time!.Value.Ticks));
    }

    /// <summary>The log.</summary>
    public CertificationLog Log { get; }

    /// <summary>The number of images.</summary>
    public int Images => Log.Rows.Count;

    /// <summary>The number of images without a label.</summary>
    public int Abstained { get; }

    /// <summary>The share of images without a label.</summary>
    public double AbstentionRate => (double)Abstained / Images;

    /// <summary>
    /// The mean over all images of the radius where the label is correct, and 0 elsewhere (ACR); null for a log of predictions, which have
    /// no radius.
    /// </summary>
    public double? AverageCertifiedRadius { get; }

    /// <summary>The share of images with the correct label, whatever the radius.</summary>
    public double CleanAccuracy => CertifiedAccuracy(0);

    /// <summary>The radii of the correct images, ascending: the certified accuracy falls at each of them.</summary>
    public IReadOnlyList<double> CorrectRadii => _correctRadii;

    /// <summary>The time over all images; null where the log does not give it for each.</summary>
    public TimeSpan? TotalTime { get; }

    /// <summary>The number of images with the correct label and a radius of at least <paramref name="radius"/>.</summary>
    /// <param name="radius">In [0,1] pixel space; at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The radius is negative or not a number.</exception>
    /// <exception cref="InvalidDataException">A radius above 0 for a log of predictions, which has none.</exception>
    public int CertifiedCount(double radius)
    {
        if (!(radius >= 0))
            throw new ArgumentOutOfRangeException(nameof(radius), radius, "A radius must be at least 0.");
        if (radius > 0 && Log.Kind == CertificationLogKind.Predict)
            throw new InvalidDataException($"{Log.Path} is a log of predictions, which carry no radius: only radius 0 can be asked of it.");
        return _correctRadii.Length - (int)Bisection.First(0, _correctRadii.Length, place => _correctRadii[place] >= radius);
    }

    /// <summary>The share of images with the correct label and a radius of at least <paramref name="radius"/>.</summary>
    /// <param name="radius">In [0,1] pixel space; at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The radius is negative or not a number.</exception>
    /// <exception cref="InvalidDataException">A radius above 0 for a log of predictions, which has none.</exception>
    public double CertifiedAccuracy(double radius) => (double)CertifiedCount(radius) / Images;

    /// <summary>
    /// The log whose certified accuracy at a radius is the highest: an entry of the paper's Tables 1 and 2 is the best over sigma.
    /// </summary>
    /// <param name="analyses">At least one; among equal ones, the log with the higher clean accuracy, then the first, is taken.</param>
    /// <param name="radius">In [0,1] pixel space; at least 0.</param>
    public static LogAnalysis Best(IReadOnlyList<LogAnalysis> analyses, double radius)
    {
        ArgumentNullException.ThrowIfNull(analyses);
        return analyses.OrderByDescending(log => log.CertifiedAccuracy(radius)).ThenByDescending(static log => log.CleanAccuracy).First();
    }
}

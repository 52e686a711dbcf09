using System.Globalization;
using DenoisedSmoothing.Analysis;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool;

/// <summary>What <c>analyze</c> prints: logs, radii as typed, and the levels of the high-probability bounds.</summary>
internal sealed record LogReport
{
    // The field's alpha, for logs that do not state theirs.
    private const double UsualAlpha = .001;

    /// <exception cref="ArgumentException">The requested alpha is below that of a log, whose certificates say nothing at that
    /// level.</exception>
    public LogReport(IReadOnlyList<LogAnalysis> logs, IReadOnlyList<ReportRadius> radii, double? alpha, double rho, bool envelope)
    {
        (Logs, Radii, Alpha, Rho, Envelope) = (logs, radii, alpha, rho, envelope);
        if (envelope && Norms.Count > 1)
        {
            throw new ArgumentException(
                $"--envelope takes the best log at each radius, and these are of {string.Join(" and ", Norms.Select(ReportText.Name))}: "
                    + "their radii cannot be compared.");
        }

        if (logs.FirstOrDefault(log => log.Log.Alpha > alpha) is { } above)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                    $"--alpha {alpha} is below the alpha of {above.Log.Path}, {above.Log.Alpha}: "
                        + $"its certificates do not hold at a smaller one."));
        }
    }

    public IReadOnlyList<LogAnalysis> Logs { get; }

    /// <summary>Every other log compared with the first, image by image; empty where this was not requested.</summary>
    public IReadOnlyList<LogPair> Pairs { get; init; } = [];

    /// <summary>The norms of the radii; several where logs of several norms are read.</summary>
    public IReadOnlyList<Norm> Norms => [.. Logs.Select(static log => log.Log.Norm).Distinct().Order()];

    public IReadOnlyList<ReportRadius> Radii { get; }

    public double? Alpha { get; }

    public double Rho { get; }

    public bool Envelope { get; }

    /// <summary>Remarks about the logs, one sentence each.</summary>
    public IEnumerable<string> Notes => Logs.SelectMany(NotesOn);

    /// <summary>Remarks about the bounds.</summary>
    public IEnumerable<string> BoundNotes => Logs.Where(log => Alpha is null && log.Log.Alpha is null)
        .Select(log => Text($"{log.Log.Path} does not say its alpha: {UsualAlpha} is assumed; --alpha sets it."))
        .Append("Bounds hold for settings, radii and a number of images that were fixed before the votes (an unfinished log: for any "
            + "number); of these images for all radii at once, of the population for each radius alone.");

    /// <summary>The confidence of the bounds in a table that does not show it.</summary>
    public string ConfidenceNote => Text($"At least: lower bounds, each log's with confidence {1 - Rho}.");

    /// <summary>The name of <see cref="OfTheseImages"/>.</summary>
    public string OfTheseImagesRow(LogAnalysis log) => IsRunning(log) ? "of the images so far at least" : "of these images at least";

    /// <summary>The name of <see cref="OfThePopulation"/>.</summary>
    public string OfThePopulationRow(LogAnalysis log) => IsRunning(log) ? "of the population, at any time" : "of the population at least";

    /// <summary>The name of <see cref="OfTheseImages"/>, with its confidence.</summary>
    public string OfTheseImagesName(LogAnalysis log) =>
        Text($"{OfTheseImagesRow(log)}, confidence {1 - Rho}");

    /// <summary>The name of <see cref="OfThePopulation"/>, with its confidence.</summary>
    public string OfThePopulationName(LogAnalysis log) =>
        Text($"of the population at least, {(IsRunning(log) ? "at any time, " : "")}confidence {1 - Rho}");

    /// <summary>The alpha of a log's certificates: as requested, as stated by its lines or settings, or the field's.</summary>
    public double AlphaOf(LogAnalysis log) => Alpha ?? log.Log.Alpha ?? UsualAlpha;

    /// <summary>The share of the log's images that are truly robust, at least; null where its lines are not independent.</summary>
    public double? OfTheseImages(LogAnalysis log, double radius) => log.Log.SharedNoise > 0 ? null : IsRunning(log)
        ? AnytimeStatement.OfTheseImages(log.CertifiedCount(radius), log.Images, AlphaOf(log), Rho)
        : DatasetStatement.OfTheseImages(log.CertifiedCount(radius), log.Images, AlphaOf(log), Rho);

    /// <summary>The same for the population, if the images were drawn from it at random.</summary>
    public double? OfThePopulation(LogAnalysis log, double radius) => log.Log.SharedNoise > 0 ? null : IsRunning(log)
        ? AnytimeStatement.OfThePopulation(log.CertifiedCount(radius), log.Images, AlphaOf(log), Rho)
        : DatasetStatement.OfThePopulation(log.CertifiedCount(radius), log.Images, AlphaOf(log), Rho);

    /// <summary>Cohen et al.'s bound; 0 where their formula gives less.</summary>
    public double Cohen(LogAnalysis log, double radius) =>
        Math.Max(0, HighProbabilityAccuracy.Cohen(log.CertifiedCount(radius), log.Images, AlphaOf(log), Rho));

    public LogAnalysis Best(double radius) => LogAnalysis.Best(Logs, radius);

    /// <summary>Whether the number of images may depend on the votes: then only bounds that hold at any time are valid.</summary>
    private static bool IsRunning(LogAnalysis log) => log.Log.Completeness == LogCompleteness.Unfinished;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Remarks about the pairs.</summary>
    public IEnumerable<string> PairNotes => Pairs.Count == 0
        ? []
        : [Text($"Paired: points more than {Pairs[0].First.Log.Path}, image by image; intervals with confidence {1 - Rho} and McNemar's ")
            + "exact test, both of images drawn like these, at one radius chosen before the votes.",
            .. Pairs.Where(pair => !pair.HasIntervals).Select(pair =>
                $"{pair.Log.Log.Path}: no interval, since a log is unfinished or its images share their noise.")];

    private IEnumerable<string> NotesOn(LogAnalysis log)
    {
        CertificationLog its = log.Log;
        if (its.Norm != Norm.L2)
            yield return $"{its.Path}: radii are lengths in {ReportText.Name(its.Norm)}.";
        if (IsRunning(log))
        {
            string of = its.Meta?.Rows is { } expected ? Text($" of {expected}") : "";
            yield return Text(
                $"{its.Path} is unfinished: {log.Images + its.Skipped.Count}{of} images so far. Its bounds hold whenever it is stopped.");
            if (ShardProgress.Of(its, DateTime.UtcNow) is { Rate: not null } progress)
                yield return $"{its.Path}: {progress.Text(DateTime.Now)}.";
        }

        if (its.Skipped.Count > 0)
        {
            string more = its.Skipped.Count > 3 ? ", ..." : "";
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{its.Path}: {its.Skipped.Count} images were skipped: "
                    + $"{string.Join(", ", its.Skipped.Take(3).Select(static image => image.Index))}{more}.");
        }

        if (its.SharedNoise > 0)
        {
            yield return Text($"{its.Path}: {its.SharedNoise} images share seed and image index with another, and so the noise. ")
                + "They are not independent, so nothing is said about the data set.";
        }
    }
}

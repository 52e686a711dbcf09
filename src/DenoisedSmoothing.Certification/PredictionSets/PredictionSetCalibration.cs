using System.Globalization;
using DenoisedSmoothing.Noise;

namespace DenoisedSmoothing.PredictionSets;

/// <summary>
/// What turns a base classifier's scores into prediction sets: the threshold, and everything that decides what it promises. Over
/// calibration images, requests and noise, sets contain the label with probability at least 1 - <see cref="Miscoverage"/>, even if each
/// request's image was moved by up to <see cref="Radius"/> (Zargarbashi et al. 2025, "One sample is enough to make conformal prediction
/// robust").
/// </summary>
/// <remarks>
/// docs/statistics.md has the proof, docs/prediction-sets.md its assumptions. It is kept in its own file (<see cref="Write"/>).
/// </remarks>
public sealed record PredictionSetCalibration
{
    /// <summary>The version of the file, raised whenever the same scores can lead to different sets.</summary>
    public const int CurrentSchema = 1;

    /// <summary>How far a request's image may have been moved, in l2 and [0,1] pixel space.</summary>
    public required double Radius { get; init; }

    /// <summary>a: how often a set may miss the label.</summary>
    public required double Miscoverage { get; init; }

    /// <summary>1 - b: how often it may do so where no image was moved (<see cref="RobustLevel"/>).</summary>
    public required double CleanMiscoverage { get; init; }

    /// <summary>n: calibration images, with one noisy copy each.</summary>
    public required long N { get; init; }

    /// <summary>How many of these had no finite score and count as infinite.</summary>
    public required long Missed { get; init; }

    /// <summary>Classes whose score is at most this are in the set; infinite where all are.</summary>
    public required double Threshold { get; init; }

    /// <summary>The law of the noise and its parameters (<see cref="IRadiusRule.Description"/>).</summary>
    public required string Noise { get; init; }

    /// <summary>What was calibrated.</summary>
    public required CalibratedModel Model { get; init; }

    /// <summary>The images from which it was made; null where that was not given.</summary>
    public CalibrationImages? Images { get; init; }

    /// <summary>The law of the noise.</summary>
    /// <exception cref="FormatException">This version does not know it.</exception>
    public IRadiusRule Rule => RadiusRules.Parse(Noise);

    /// <summary>The standard deviation of the noise per pixel value, in [0,1] pixel space.</summary>
    public double Sigma => Rule.Sigma;

    /// <summary>What this cannot do, or what looks like a mistake. Empty when all is well.</summary>
    public IReadOnlyList<string> Warnings
    {
        get
        {
            List<string> warnings = [];
            if (double.IsPositiveInfinity(Threshold))
                warnings.Add(WhyInfinite());
            if (Missed > 0)
                warnings.Add(string.Create(CultureInfo.InvariantCulture,
                    $"{Missed} of {N} calibration images had no finite scores: they count as the worst, which makes sets larger."));
            return warnings;
        }
    }

    /// <summary>Makes a calibration.</summary>
    /// <param name="scores">The score of each calibration image's own label on one noisy copy; NaN where there is none.</param>
    /// <param name="rule">The law of that noise: Gaussian, exactly or on a grid.</param>
    /// <param name="radius">How far a request's image may have been moved, in l2; at least 0.</param>
    /// <param name="miscoverage">How often a set may miss the label; above 0 and at most 1/2.</param>
    /// <param name="model">What gave the scores.</param>
    /// <exception cref="ArgumentException">There are no scores, or the noise is not Gaussian.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static PredictionSetCalibration Of(
        ReadOnlySpan<double> scores, IRadiusRule rule, double radius, double miscoverage, CalibratedModel model)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(model);
        double clean = RobustLevel.CleanMiscoverage(rule, radius, miscoverage);
        long missed = 0;
        foreach (double score in scores)
            missed += double.IsNaN(score) ? 1 : 0;
        return new PredictionSetCalibration
        {
            Radius = radius,
            Miscoverage = miscoverage,
            CleanMiscoverage = clean,
            N = scores.Length,
            Missed = missed,
            Threshold = SplitConformal.Threshold(scores, clean),
            Noise = rule.Description,
            Model = model,
        };
    }

    /// <summary>The set for an image with these scores.</summary>
    /// <param name="scores">By class; a class whose score is NaN is in the set.</param>
    /// <exception cref="ArgumentException">There is not one score per class.</exception>
    public PredictionSet SetOf(ReadOnlySpan<double> scores)
    {
        if (scores.Length != Model.ClassCount)
            throw new ArgumentException($"The calibration is for {Model.ClassCount} classes; got {scores.Length} scores.", nameof(scores));
        List<int> labels = [];
        for (int label = 0; label < scores.Length; label++)
        {
            if (!(scores[label] > Threshold))
                labels.Add(label);
        }

        return new PredictionSet
        {
            Labels = labels,
            Scores = scores.ToArray(),
            Threshold = Threshold,
            Radius = Radius,
            Miscoverage = Miscoverage,
        };
    }

    /// <summary>Writes the file, whole or not at all.</summary>
    /// <param name="path">A file that does not exist yet.</param>
    /// <exception cref="IOException">It already exists, or cannot be written.</exception>
    /// <exception cref="ArgumentException">A member is outside its range.</exception>
    public void Write(string path) => CalibrationFile.Write(path, this);

    /// <summary>Reads a file written by <see cref="Write"/>.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is another kind of file, of a later version, or its members do not fit together; the
    /// message names what is wrong.</exception>
    public static PredictionSetCalibration Read(string path) => CalibrationFile.Read(path);

    /// <summary>Refuses members that are outside their range, or claim more than follows from the others.</summary>
    /// <exception cref="ArgumentException">There are such members; the message names one.</exception>
    /// <exception cref="FormatException">This version does not know the noise.</exception>
    internal void Validate() => _ = CalibrationDocument.Of(this).ToCalibration();

    private string WhyInfinite()
    {
        string start = string.Create(CultureInfo.InvariantCulture,
            $"Every set holds all {Model.ClassCount} classes: miscoverage {Miscoverage} within {Radius} at sigma {Sigma} ");
        if (SplitConformal.AllowedMisses(N, CleanMiscoverage) > 0)
            return start + "leaves none out, since too many calibration images had no finite scores.";
        return start + (RobustLevel.FewestImages(CleanMiscoverage) is { } fewest
            ? string.Create(CultureInfo.InvariantCulture, $"takes at least {fewest} calibration images, and there are {N}.")
            : "cannot be had from any number of calibration images: ask for a smaller radius, or draw more noise.");
    }
}

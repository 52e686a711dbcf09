using System.Globalization;
using DenoisedSmoothing.Noise;

namespace DenoisedSmoothing.PredictionSets;

/// <summary>The members of a calibration's file, in order. An infinite threshold is null.</summary>
internal sealed record CalibrationDocument(
    string Format,
    int Schema,
    double Radius,
    double Miscoverage,
    double CleanMiscoverage,
    long N,
    long Missed,
    double? Threshold,
    string Noise,
    CalibratedModel Model,
    CalibrationImages? Images)
{
    public const string FormatName = "prediction-set calibration";

    public static CalibrationDocument Of(PredictionSetCalibration c) => new(
        FormatName, PredictionSetCalibration.CurrentSchema, c.Radius, c.Miscoverage, c.CleanMiscoverage, c.N, c.Missed,
        double.IsPositiveInfinity(c.Threshold) ? null : c.Threshold, c.Noise, c.Model, c.Images);

    /// <exception cref="ArgumentException">A member is outside its range, or claims more than follows from the others.</exception>
    /// <exception cref="FormatException">The noise is not known.</exception>
    public PredictionSetCalibration ToCalibration()
    {
        if (Format != FormatName)
            throw new ArgumentException($"format is '{Format}', not '{FormatName}'");
        if (Schema != PredictionSetCalibration.CurrentSchema)
            throw new ArgumentException($"schema is {Schema}; this version reads {PredictionSetCalibration.CurrentSchema}");
        if (N is < 1 or >= 1L << 53)
            throw new ArgumentException($"n is {N}, outside its range");
        if (Missed < 0 || Missed > N)
            throw new ArgumentException($"missed is {Missed}, of {N} images");
        if (Threshold is { } threshold && !double.IsFinite(threshold))
            throw new ArgumentException("threshold is not finite; null means an infinite one");
        if (Images is { First: < 0 } or { Step: < 1 } || Images?.Count < N)
            throw new ArgumentException("images does not name a selection of that many images");
        Model.Validate();
        CheckLevel();
        return new PredictionSetCalibration
        {
            Radius = Radius,
            Miscoverage = Miscoverage,
            CleanMiscoverage = CleanMiscoverage,
            N = N,
            Missed = Missed,
            Threshold = Threshold ?? double.PositiveInfinity,
            Noise = Noise,
            Model = Model,
            Images = Images,
        };
    }

    /// <summary>Checks what can be recomputed from the file alone: the level, and whether a threshold could be finite.</summary>
    private void CheckLevel()
    {
        IRadiusRule rule = RadiusRules.Parse(Noise);
        if (rule is GridGaussianRule grid && grid.Dimension != Model.ImageShape.Aggregate(1L, static (product, length) => product * length))
            throw new ArgumentException(
                $"noise is of {grid.Dimension} values, and imageShape [{string.Join(',', Model.ImageShape)}] of another number");
        double follows = RobustLevel.CleanMiscoverage(rule, Radius, Miscoverage);
        if (!(CleanMiscoverage >= 0 && CleanMiscoverage <= follows))
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"cleanMiscoverage is {CleanMiscoverage}, and from noise, radius and miscoverage follows at most {follows}"));
        if (Threshold is not null && SplitConformal.AllowedMisses(N, CleanMiscoverage) <= Missed)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"threshold is {Threshold}, and {N} images, {Missed} of them without scores, leave none but an infinite one (null)"));
    }
}

using System.Globalization;
using DenoisedSmoothing.Noise;

namespace DenoisedSmoothing.PredictionSets;

/// <summary>The members of a calibration's file, in their order. An infinite threshold is null.</summary>
internal sealed record CalibrationDocument(
    string Format,
    int Schema,
    double Radius,
    double Miscoverage,
    double CleanMiscoverage,
    long N,
    long Missed,
    double? Threshold,
    string Score,
    int ClassCount,
    string Noise,
    string? NoiseVersion,
    string BaseClassifier,
    string Precision,
    string Device,
    int Batch,
    string Software,
    IReadOnlyList<long> ImageShape,
    CalibrationImages? Images)
{
    public const string FormatName = "prediction-set calibration";

    public static CalibrationDocument Of(PredictionSetCalibration c) => new(
        FormatName, PredictionSetCalibration.CurrentSchema, c.Radius, c.Miscoverage, c.CleanMiscoverage, c.N, c.Missed,
        double.IsPositiveInfinity(c.Threshold) ? null : c.Threshold, c.Score, c.ClassCount, c.Noise, c.NoiseVersion, c.BaseClassifier,
        c.Precision, c.Device, c.Batch, c.Software, c.ImageShape, c.Images);

    /// <exception cref="ArgumentException">A member is outside its range, or claims more than follows from the others.</exception>
    /// <exception cref="FormatException">The noise is not known.</exception>
    public PredictionSetCalibration ToCalibration()
    {
        if (Format != FormatName)
            throw new ArgumentException($"format is '{Format}', not '{FormatName}'");
        if (Schema != PredictionSetCalibration.CurrentSchema)
            throw new ArgumentException($"schema is {Schema}; this version reads {PredictionSetCalibration.CurrentSchema}");
        Require(nameof(N), N, N is >= 1 and < 1L << 53);
        Require(nameof(Missed), Missed, Missed >= 0 && Missed <= N);
        Require(nameof(ClassCount), ClassCount, ClassCount >= 2);
        Require(nameof(Batch), Batch, Batch is >= 1 and <= 65536);
        Require(nameof(Threshold), Threshold ?? 0, double.IsFinite(Threshold ?? 0));
        RequireText(nameof(Score), Score);
        RequireText(nameof(BaseClassifier), BaseClassifier);
        RequireText(nameof(Precision), Precision);
        RequireText(nameof(Device), Device);
        RequireText(nameof(Software), Software);
        if (ImageShape.Count != 3 || ImageShape.Any(static length => length < 1))
            throw new ArgumentException($"imageShape is [{string.Join(',', ImageShape)}], not [C,H,W]");
        if (Images is { First: < 0 } or { Step: < 1 } or { Count: < 1 } || (Images is { } images && images.Count < N))
            throw new ArgumentException("images names no such selection of a data set");
        CheckLevel();
        return new PredictionSetCalibration
        {
            Radius = Radius,
            Miscoverage = Miscoverage,
            CleanMiscoverage = CleanMiscoverage,
            N = N,
            Missed = Missed,
            Threshold = Threshold ?? double.PositiveInfinity,
            Score = Score,
            ClassCount = ClassCount,
            Noise = Noise,
            NoiseVersion = NoiseVersion,
            BaseClassifier = BaseClassifier,
            Precision = Precision,
            Device = Device,
            Batch = Batch,
            Software = Software,
            ImageShape = ImageShape,
            Images = Images,
        };
    }

    private void CheckLevel()
    {
        IRadiusRule rule = RadiusRules.Parse(Noise);
        if (rule is GridGaussianRule grid && grid.Dimension != ImageShape.Aggregate(1L, static (product, length) => product * length))
            throw new ArgumentException($"noise is of {grid.Dimension} values, and imageShape [{string.Join(',', ImageShape)}] of others");
        double follows = RobustLevel.CleanMiscoverage(rule, Radius, Miscoverage);
        if (!(CleanMiscoverage >= 0 && CleanMiscoverage <= follows))
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"cleanMiscoverage is {CleanMiscoverage}, and from noise, radius and miscoverage follows at most {follows}"));
        if (Threshold is not null && SplitConformal.AllowedMisses(N, CleanMiscoverage) == 0)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"threshold is {Threshold}, and {N} images are too few for any but an infinite one (null)"));
    }

    private static void Require(string name, double value, bool holds)
    {
        if (!holds)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{Json(name)} is {value}, outside its range"));
    }

    private static void RequireText(string name, string text)
    {
        if (text.Length == 0)
            throw new ArgumentException($"{Json(name)} is empty");
    }

    private static string Json(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}

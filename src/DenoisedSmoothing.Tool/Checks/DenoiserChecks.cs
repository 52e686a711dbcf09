using static DenoisedSmoothing.Tool.PlainText;

namespace DenoisedSmoothing.Tool;

/// <summary>What noisy and denoised images say about the denoiser.</summary>
internal static class DenoiserChecks
{
    // A good denoiser errs in both directions, and its error is about the same share of the noise as the noise it leaves.
    private const double LeastShift = .05, Deviations = 4, LeastNoiseLeft = .25, TimesByError = 1.6;

    public static IEnumerable<CheckWarning> Of(IReadOnlyList<CheckLevel> levels)
    {
        foreach (CheckLevel level in levels.Where(static level => level.Problem is not null))
        {
            yield return new CheckWarning("reach", Text($"At sigma {level.Sigma}: {level.Problem}"),
                "Leave this noise level out, or use a denoiser that was trained for it.");
        }

        CheckLevel[] denoised = [.. levels.Where(static level => level.Problem is null && level.Denoises)];
        foreach ((string kind, Func<CheckLevel, (string Found, string Advice)?> check) in s_checks)
        {
            // A mistake shows at every level: the message is about the one where it shows first.
            (CheckLevel Level, (string Found, string Advice)? Says)[] found =
                [.. denoised.Select(level => (level, check(level))).Where(static its => its.Item2 is not null)];
            if (found.Length > 0)
            {
                string at = string.Join(", ", found.Select(static its => Text($"{its.Level.Sigma}")));
                yield return new CheckWarning(kind, $"At sigma {at}: {found[0].Says!.Value.Found}", found[0].Says!.Value.Advice);
            }
        }
    }

    private static readonly (string, Func<CheckLevel, (string, string)?>)[] s_checks =
    [
        ("not-finite", static level => level.Error.All(double.IsFinite) ? null
            : ("denoised images have pixels that are not numbers.",
                "Check weights and --precision: float16 overflows where bfloat16 does not.")),
        ("output-range", OutputRange),
        ("worse-than-nothing", static level => level.Error.Average() < level.NoisyError.Average() ? null : (
            Text($"the denoised images are farther from the clean ones (mean squared error {level.Error.Average():G3}) than the noisy "
                + $"ones ({level.NoisyError.Average():G3})."),
            "The denoiser does harm. Is it told the right noise level (--schedule, --schedule-timesteps, --timestep-scale, "
                + "--predicts), and the "
                + "right range of pixels? --denoiser none is better than this.")),
        ("brightness", Brightness),
        ("noise-left", NoiseLeft),
        ("classifier-harmed", static level => !CheckAnswers.IsBetter(level.NoisyRight, level.DenoisedRight) ? null : (
            Text($"the classifier is right on {level.DenoisedRight.Count(static right => right)} denoised images, and on "
                + $"{level.NoisyRight.Count(static right => right)} noisy ones."),
            "A classifier that was trained on noise needs --denoiser none; else the denoiser smooths away what the classifier looks at.")),
    ];

    private static (string, string)? OutputRange(CheckLevel level)
    {
        string says = Text($"denoised pixels are about {level.Slope:G2} times the clean ones {(level.Offset < 0 ? "minus" : "plus")} "
            + $"{Math.Abs(level.Offset):G2}: ");
        return (level.Slope, level.Offset) switch
        {
            ( > 1.5 and < 2.5, > -1.4 and < -.6) => (says + "they are in [-1,1].",
                "The denoiser answers in [-1,1], and is used as if in [0,1]: export it with (x + 1) / 2 after it."),
            ( > .3 and < .7, > .3 and < .7) => (says + "they have half the contrast, and are too bright.",
                "The denoiser answers in [0,1], and is used as if in [-1,1]: export it with 2 x - 1 after it."),
            ( > 50, _) => (says + "they go from 0 to 255.", "Export the denoiser with a division by 255 after it."),
            _ => null,
        };
    }

    private static (string, string)? Brightness(CheckLevel level)
    {
        double mean = level.Shift.Average();
        double deviation = Math.Sqrt(level.Shift
            .Select(shift => (shift - mean) * (shift - mean)).Average() / Math.Max(1, level.Shift.Length - 1));
        return OutputRange(level) is not null || Math.Abs(mean) < LeastShift || Math.Abs(mean) < Deviations * deviation ? null : (
            Text($"denoised images are {(mean > 0 ? "brighter" : "darker")} than the clean ones by {Math.Abs(mean):G2} on average."),
            "A denoiser should err equally to either side. Images of a kind it was not trained on, another range of pixels ([-1,1] for "
                + "[0,1]) or another colour order cause this.");
    }

    private static (string, string)? NoiseLeft(CheckLevel level) =>
        level.NoiseLeft < LeastNoiseLeft || level.NoiseLeft < TimesByError * level.NoiseLeftByError ? null : (
            Text($"{100 * level.NoiseLeft:F0}% of the noise is still in the denoised images; a denoiser that is told the right level "
                + $"would leave about {100 * level.NoiseLeftByError:F0}%."),
            "It is told less noise than there is: look at --schedule, --schedule-timesteps, --timestep-scale and --predicts.");
}

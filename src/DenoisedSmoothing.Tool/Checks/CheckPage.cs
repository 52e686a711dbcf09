using static DenoisedSmoothing.Tool.PlainText;

namespace DenoisedSmoothing.Tool;

/// <summary>The page of a check.</summary>
/// <param name="result">What was found.</param>
/// <param name="radii">The radii that matter.</param>
/// <param name="settings">The settings of the check, by name.</param>
internal sealed class CheckPage(CheckResult result, IReadOnlyList<double> radii, IReadOnlyList<(string Name, string Value)> settings)
{
    private const double Rho = .05;

    private CheckImages Images => result.Images;

    private CheckLevel[] Measured => [.. result.Levels.Where(static level => level.Problem is null)];

    public string Html() => Page.Of("Is this denoiser good enough?",
        Markup.Of($"<p class=\"soft\">{result.Name}, {Images.Count} images.</p>\n{Answer()}"),
    [
        new("pictures", "Clean, noisy, denoised", CheckPictures.Of(Images, result.Clean, Measured)),
        new("accuracy", "Accuracy under noise", Accuracy()),
        new("quality", "What the denoiser leaves", Quality()),
        new("certified", "Which sigma certifies most", CheckTrials.Certified(result.Trials, radii)),
        new("cost", "What certificates cost here", CheckTrials.Cost(result.Trials)),
        new("confusion", "Labels and answers", Confusion()),
        new("settings", "Settings", PageTable.Facts(settings)),
    ]);

    /// <summary>The same in a few lines.</summary>
    public IEnumerable<string> Lines()
    {
        yield return Text($"{result.Name}, {Images.Count} images: {CleanText()} of them right without noise.");
        foreach (CheckLevel level in Measured)
        {
            yield return level.Denoises
                ? Text($"sigma {level.Sigma}: right on {Share(level.DenoisedRight)} denoised, on {Share(level.NoisyRight)} noisy.")
                : Text($"sigma {level.Sigma}: right on {Share(level.NoisyRight)} noisy; there is no denoiser.");
        }

        foreach (double radius in radii.Where(_ => result.Trials.Count > 0))
            yield return BestText(radius);
        foreach (CheckTrial trial in result.Trials.Take(1))
            yield return Text($"A certificate of n = {CheckTrial.WholeN} takes about {CheckTrials.Time(trial.TimeOf(CheckTrial.WholeN))} "
                + $"here, one of n = {CheckTrials.LessN} {CheckTrials.Time(trial.TimeOf(CheckTrials.LessN))}.");
        foreach (CheckWarning warning in result.Warnings)
            yield return $"Warning ({warning.Kind}): {warning.Found} {warning.Advice}";
        if (result.Warnings.Count == 0)
            yield return "Nothing looks wrong.";
    }

    private Markup Answer()
    {
        Markup warnings = Markup.Join(result.Warnings.Select(static warning => Markup.Of(
            $"<div class=\"warn\" data-kind=\"{warning.Kind}\"><p><strong>{warning.Found}</strong></p><p>{warning.Advice}</p></div>\n")));
        string verdict = result.Warnings.Count switch
        {
            0 => "Nothing looks wrong with models, images and labels.",
            1 => "One thing looks wrong: see below.",
            var count => Text($"{count} things look wrong: see below."),
        };
        CheckLevel? most = Measured.LastOrDefault(static level => level.Denoises);
        string denoising = most is null ? "There is no denoiser: noisy images are classified as they are."
            : Text($"At sigma {most.Sigma} the classifier is right on {Share(most.NoisyRight)} noisy images, and on "
                + $"{Share(most.DenoisedRight)} denoised ones; without noise on {CleanText()}.");
        IEnumerable<string> best = result.Trials.Count > 0 ? radii.Select(BestText) : [];
        return Markup.Of($"""
            <div class="answer">
            <p class="big">{verdict} {denoising}</p>
            <ul>
            {best.Select(static line => Markup.Of($"<li>{line}</li>\n"))}<li>All of this is estimated from {Images.Count} images and one
            noisy copy of each: the intervals say how roughly.</li>
            </ul>
            </div>
            {warnings}
            """);
    }

    private string BestText(double radius)
    {
        IReadOnlyList<CheckTrial> best = result.Best(radius);
        if (best.Count == 0)
            return Text($"Radius {radius}: none of the images of the trial was certified, at any sigma here.");
        int count = best[0].Certified(radius).Count(static certified => certified);
        string which = string.Join(" and ", best.Select(static trial => Text($"{trial.Sigma}")));
        string clear = result.Trials.Count == 1 ? "" : result.IsClear(radius) ? ", clearly more than the others"
            : "; so few images cannot tell it from the others for certain";
        return Text($"Radius {radius}: sigma {which} certified most, {count} of {best[0].Images} images of the trial{clear}.");
    }

    private Markup Accuracy()
    {
        if (Measured.Length == 0)
            return Markup.None;
        int clean = Right(result.Clean.Right(Images.Labels));
        string[] header = ["sigma", "noisy, right", "interval", "denoised, right", "interval"];
        IEnumerable<IReadOnlyList<string>> rows = Measured.Select(level => (IReadOnlyList<string>)
        [
            Text($"{level.Sigma}"), Share(level.NoisyRight), Interval(Right(level.NoisyRight)),
            level.Denoises ? Share(level.DenoisedRight) : "-", level.Denoises ? Interval(Right(level.DenoisedRight)) : "-",
        ]);
        return Markup.Of($"""
            <p>Without noise {CleanText()} are right, {Interval(clean)}.</p>
            {Curve()}{PageTable.OfText("Accuracy on one noisy copy of each image; intervals with confidence 95%", header, rows)}
            """);
    }

    private Markup Curve()
    {
        if (Measured.Length < 2)
            return Markup.None;
        double clean = (double)Right(result.Clean.Right(Images.Labels)) / Images.Count;
        List<ChartSeries> series = [new("noisy",
            [(0, clean), .. Measured.Select(level => (level.Sigma, (double)Right(level.NoisyRight) / Images.Count))])];
        if (Measured.All(static level => level.Denoises))
            series.Insert(0, new("denoised",
                [(0, clean), .. Measured.Select(level => (level.Sigma, (double)Right(level.DenoisedRight) / Images.Count))]));
        return LineChart.Of("accuracy-curve", "Accuracy by noise level",
            $"From {Text($"{PagePicture.Number(100 * clean, 2)}%")} without noise to "
                + $"{Text($"{PagePicture.Number(100 * series[0].Points[^1].Y, 2)}%")} ({series[0].Name}) at sigma "
                + $"{Text($"{Measured[^1].Sigma}")}.",
            ("sigma", 0, Measured.Max(static level => level.Sigma)), "right answers", series);
    }

    private Markup Quality()
    {
        CheckLevel[] denoised = [.. Measured.Where(static level => level.Denoises)];
        Markup table = PageTable.OfText(
            "Differences between denoised and clean images", ["sigma", "error, noisy", "error, denoised", "noise left", "brighter by"],
            denoised.Select(static level => (IReadOnlyList<string>)
            [
                Text($"{level.Sigma}"), Text($"{level.NoisyError.Average():G3}"), Text($"{level.Error.Average():G3}"),
                Text($"{100 * level.NoiseLeft:F1}%"), Text($"{level.Shift.Average():+0.000;-0.000;0.000}"),
            ]));
        return denoised.Length == 0 ? Markup.None : Markup.Of($"""
            {table}<p class="soft">Errors are mean squared differences of pixels in [0,1]. Noise left is the share of the added noise that
            the denoised image still holds: a denoiser that is told the right level leaves about its error over sigma squared.</p>

            """);
    }

    private Markup Confusion() => PageTable.OfText(
        "Clean images: the most frequent answer for each label",
        ["label", "images", "right", "most frequent answer", "so often", "mean confidence"],
        Enumerable.Range(0, Images.Count).GroupBy(i => Images.Labels[i]).OrderBy(static group => group.Key).Take(100).Select(group =>
        {
            var top = group.GroupBy(i => result.Clean.Labels[i]).OrderByDescending(static its => its.Count())
                .ThenBy(static its => its.Key).First();
            return (IReadOnlyList<string>)
            [
                Text($"{group.Key} {Images.NameOf(group.Key)}"), Text($"{group.Count()}"),
                    Text($"{group.Count(i => result.Clean.Labels[i] == group.Key)}"),
                Text($"{top.Key} {Images.NameOf(top.Key)}"), Text($"{top.Count()}"),
                    Text($"{group.Average(i => result.Clean.Confidence[i]):F2}"),
            ];
        }));

    private string CleanText() => Share(result.Clean.Right(Images.Labels));

    private string Interval(int right) => AccuracySection.IntervalText(right, Images.Count, Rho);

    private static int Right(bool[] right) => right.Count(static its => its);

    private static string Share(bool[] right) => ReportView.Share(Right(right), right.Length);
}

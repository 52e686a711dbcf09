using static DenoisedSmoothing.Tool.PlainText;

namespace DenoisedSmoothing.Tool;

/// <summary>What small certifications say about large ones.</summary>
internal static class CheckTrials
{
    /// <summary>The votes for a cheaper certificate than the paper's.</summary>
    public const long LessN = 10_000;

    private const double Rho = .05;
    private const int ManyImages = 500;

    /// <summary>Which noise level certifies the most, one table per radius.</summary>
    public static Markup Certified(IReadOnlyList<CheckTrial> trials, IReadOnlyList<double> radii) => trials.Count == 0
        ? Markup.None
        : Markup.Of($"""
        {radii.Select(radius => Table(trials, radius))}<p class="soft">The certificates of the trial are real, and few: the interval is for
        the share of images like these that so short a run certifies. The last column takes each image's share of votes for its true
        probability: a guess, which more images and more votes make better. To choose sigma on these images and then certify the same ones
        would favour it: certify others.</p>

        """);

    /// <summary>What certificates cost on this device.</summary>
    public static Markup Cost(IReadOnlyList<CheckTrial> trials) => trials.Count == 0 ? Markup.None : PageTable.OfText(
        "Measured in the trial, with the batch and device of the settings",
        ["sigma", "votes per second", Text($"one certificate, n = {LessN}"), Text($"one, n = {CheckTrial.WholeN}"),
            Text($"{ManyImages} images, n = {CheckTrial.WholeN}")],
        trials.Select(static trial => (IReadOnlyList<string>)
        [
            Text($"{trial.Sigma}"), Text($"{trial.VotesPerSecond:G3}"), Time(trial.TimeOf(LessN)), Time(trial.TimeOf(CheckTrial.WholeN)),
            Time(ManyImages * trial.TimeOf(CheckTrial.WholeN)),
        ]));

    /// <summary>A time, formatted for display.</summary>
    public static string Time(TimeSpan time) => time.TotalSeconds < 100 ? Text($"{time.TotalSeconds:G2} s") : ReportText.Time(time);

    private static Markup Table(IReadOnlyList<CheckTrial> trials, double radius) => PageTable.OfText(
        Text($"Radius {radius}: {trials[0].Images} images, {trials[0].Certificates[0].N} votes each"),
        ["sigma", "certified right in the trial", "interval, 95%", Text($"about, with n = {CheckTrial.WholeN}")],
        trials.Select(trial =>
        {
            int count = trial.Certified(radius).Count(static certified => certified);
            return (IReadOnlyList<string>)
            [
                Text($"{trial.Sigma}"), ReportView.Share(count, trial.Images), AccuracySection.IntervalText(count, trial.Images, Rho),
                Text($"{trial.Expected(radius, trial.Certificates[0].Alpha)} of {trial.Images}"),
            ];
        }));
}

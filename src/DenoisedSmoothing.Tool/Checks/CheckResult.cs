namespace DenoisedSmoothing.Tool;

/// <summary>Everything that a check found.</summary>
/// <param name="Name">The models' name, for display.</param>
/// <param name="Images">The images.</param>
/// <param name="Clean">The answers to the clean images.</param>
/// <param name="Levels">What denoising does, by noise level.</param>
/// <param name="Trials">Small certifications, by noise level; none where they were not possible.</param>
/// <param name="Warnings">What looks like a mistake.</param>
internal sealed record CheckResult(
    string Name, CheckImages Images, CheckAnswers Clean, IReadOnlyList<CheckLevel> Levels, IReadOnlyList<CheckTrial> Trials,
    IReadOnlyList<CheckWarning> Warnings)
{
    /// <summary>The trials that certify the most at a radius; none where no image was certified.</summary>
    public IReadOnlyList<CheckTrial> Best(double radius)
    {
        int most = Trials.Select(trial => Count(trial, radius)).DefaultIfEmpty(0).Max();
        return most == 0 ? [] : [.. Trials.Where(trial => Count(trial, radius) == most)];
    }

    /// <summary>Whether the images distinguish the best noise level from all others.</summary>
    public bool IsClear(double radius) => Best(radius) is [var best]
        && Trials.All(trial => trial == best || CheckAnswers.IsBetter(best.Certified(radius), trial.Certified(radius)));

    private static int Count(CheckTrial trial, double radius) => trial.Certified(radius).Count(static certified => certified);
}

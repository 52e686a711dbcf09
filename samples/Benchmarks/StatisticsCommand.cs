using System.CommandLine;
using System.Globalization;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Planning;
using DenoisedSmoothing.Staged;
using DenoisedSmoothing.Statistics;
using MathNet.Numerics.Distributions;

namespace DenoisedSmoothing.Benchmarks;

/// <summary>The tables of docs/statistics.md.</summary>
internal static class StatisticsCommand
{
    private const double CohenVotes = 100_100;
    private const double Alpha = .001;

    private static readonly (string Log, double Sigma, double[] Radii)[] Cases =
    [
        ("cifar10_cohen_sigma_0.12", .12, [.125, .25]),
        ("cifar10_cohen_sigma_0.25", .25, [.25, .5, .75]),
        ("cifar10_cohen_sigma_0.50", .5, [.25, .5, .75, 1]),
        ("cifar10_cohen_sigma_1.00", 1, [.5, 1, 1.5, 2]),
        ("cifar10_smoothadv_PGD10_m8_eps255_sigma_0.25", .25, [.25, .5, .75]),
        ("cifar10_smoothadv_PGD2_m8_eps512_sigma_0.50", .5, [.5, 1, 1.5]),
    ];

    public static Command Create()
    {
        Option<DirectoryInfo> logs = new("--logs")
        {
            Description = "Folder with the published certification logs (*.tsv)",
            Required = true,
        };
        Option<int> seeds = new("--seeds") { Description = "Simulations of each log", DefaultValueFactory = _ => 5 };
        Option<double> worth = new("--worth")
        {
            Description = "SequentialOptions.Worth",
            DefaultValueFactory = _ => new SequentialOptions().Worth,
        };
        Option<double> growth = new("--growth")
        {
            Description = "SequentialOptions.LookGrowth",
            DefaultValueFactory = _ => new SequentialOptions().LookGrowth,
        };
        Option<bool> staged = new("--staged") { Description = "The table of the staged certifier alone" };
        Command command =
            new("statistics", "Votes that the sequential and the staged certifier save on published logs: tables of docs/statistics.md.")
            {
                logs, seeds, worth, growth, staged,
            };
        command.SetAction(parsed =>
        {
            var cases = Read(parsed.GetValue(logs)!.FullName);
            if (!parsed.GetValue(staged))
                Print(cases, parsed.GetValue(seeds), parsed.GetValue(worth), parsed.GetValue(growth));
            PrintStaged(cases, parsed.GetValue(seeds));
        });
        return command;
    }

    private static (string Log, double Sigma, double[] Radii, RecoveredImage[] Images)[] Read(string folder) =>
        [.. Cases.Select(c => (c.Log, c.Sigma, c.Radii, RecoveredImage.Read(Path.Combine(folder, c.Log + ".tsv"), c.Sigma)))];

    private static void PrintStaged((string Log, double Sigma, double[] Radii, RecoveredImage[] Images)[] cases, int seeds)
    {
        Line($"\nThe staged certifier, one radius a run, {seeds} seeds.\n");
        Line($"| log | sigma | radius | Cohen | staged | difference | votes | times fewer |\n|---|---|---|---|---|---|---|---|");
        foreach (var (log, sigma, radii, images) in cases)
        {
            foreach (double radius in radii)
            {
                StatisticsStudy study = StatisticsStudy.Run(images, new StagedCertifier(radius), sigma, [radius], seeds);
                double cohen = Cohen(images, radius), found = study.CertifiedAccuracy[0];
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {log} | {sigma} | {radius} | {100 * cohen:F2} | {100 * found:F2} | {100 * (found - cohen):F2} | "
                    + $"{study.MeanVotes:F0} ± {study.VotesError:F0} | {CohenVotes / study.MeanVotes:F1} |"));
            }
        }
    }

    private static void Print(
        (string Log, double Sigma, double[] Radii, RecoveredImage[] Images)[] cases, int seeds, double worth, double growth)
    {
        SequentialOptions options = new() { Worth = worth, LookGrowth = growth };

        Line($"One radius a run, {seeds} seeds; accuracies in percent, votes with the selection votes.\n");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| log | sigma | radius | Cohen | sequential | difference | votes | times fewer | oracle | over Wald "
            + $"|\n|---|---|---|---|---|---|---|---|---|---|"));
        foreach (var (log, sigma, radii, images) in cases)
        {
            foreach (double radius in radii)
            {
                SequentialCertifier certifier = new(options with { TargetRadii = [radius] });
                StatisticsStudy study = StatisticsStudy.Run(images, certifier, sigma, [radius], seeds);
                double cohen = Cohen(images, radius), found = study.CertifiedAccuracy[0];
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {log} | {sigma} | {radius} | {100 * cohen:F2} | {100 * found:F2} | {100 * (found - cohen):F2} | "
                    + $"{study.MeanVotes:F0} ± {study.VotesError:F0} | {CohenVotes / study.MeanVotes:F1} | "
                    + $"{CohenVotes / Oracle(images, radius, sigma):F1} | {OverWald(images, certifier, radius, sigma):F2} |"));
            }
        }

        Line($"\nAll radii of a log in one run.\n");
        Line($"| log | sigma | radii | difference at each | votes | times fewer |\n|---|---|---|---|---|---|");
        foreach (var (log, sigma, radii, images) in cases)
        {
            StatisticsStudy study = StatisticsStudy.Run(images, new SequentialCertifier(options with
            {
                TargetRadii = radii,
            }), sigma, radii, seeds);
            string differences =
                string.Join(" / ", radii.Select((radius, i) => (100 * (study.CertifiedAccuracy[i] - Cohen(images, radius)))
                .ToString("F2", CultureInfo.InvariantCulture)));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {log} | {sigma} | {string.Join(" / ", radii)} | {differences} | {study.MeanVotes:F0} ± {study.VotesError:F0} | "
                + $"{CohenVotes / study.MeanVotes:F1} |"));
        }

        Line($"\nOpen mode: the radius that the votes show, until doubling them would add less than a stated gain.\n");
        Line($"| log | sigma | gain | Cohen's average radius | open | votes | times fewer |\n|---|---|---|---|---|---|---|");
        foreach (var (log, sigma, _, images) in cases.Where(c => c.Log.Contains("cohen", StringComparison.Ordinal)))
        {
            foreach (double gain in new[] { .02 * sigma, .05 * sigma, .1 * sigma })
            {
                StatisticsStudy study = StatisticsStudy.Run(images, new SequentialCertifier(options with
                {
                    RadiusGain = gain,
                }), sigma, [0], 1);
                double cohen = images.Average(image => image.Correct ? image.Radius : 0);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {log} | {sigma} | {gain:G3} | {cohen:F3} | {study.AverageRadius:F3} | {study.MeanVotes:F0} | "
                    + $"{CohenVotes / study.MeanVotes:F1} |"));
            }
        }
    }

    private static double Cohen(RecoveredImage[] images, double radius) =>
        images.Count(image => image.Correct && image.Radius >= radius) / (double)images.Length;

    /// <summary>
    /// An oracle that knows each probability: log(1/alpha) over the divergence above the threshold, log(20) over it below, 20 selection
    /// votes.
    /// </summary>
    private static double Oracle(RecoveredImage[] images, double radius, double sigma)
    {
        double p0 = Normal.CDF(0, 1, radius / sigma);
        return 20 + images.Average(image => Math.Min(100_000, Math.Log(image.P > p0 ? 1 / Alpha : 20) / Divergence(image.P, p0)));
    }

    /// <summary>
    /// Mean votes on up to 100 images above the threshold, over the least that any test needs there that errs as seldom and certifies as
    /// often, even one that knows the probability: d(power, alpha) / d(p, p0) (A. Wald, "Sequential analysis", 1947). Selection is left
    /// out.
    /// </summary>
    private static double OverWald(RecoveredImage[] images, SequentialCertifier certifier, double radius, double sigma)
    {
        double p0 = Normal.CDF(0, 1, radius / sigma), votes = 0, least = 0;
        double[] above = [.. images.Select(image => image.P).Where(p => p > p0).Order()];
        for (int i = 0; i < Math.Min(100, above.Length); i++)
        {
            double p = above[(int)(i * (above.Length / Math.Min(100.0, above.Length)))];
            SequentialForecast forecast = SamplePlan.Sequential(certifier, new GaussianRule(sigma), p);
            votes += forecast.MeanVotes - certifier.N0;
            least += forecast.Power > Alpha ? Divergence(Math.Min(forecast.Power, 1), Alpha) / Divergence(p, p0) : 0;
        }

        return votes / least;
    }

    private static double Divergence(double q, double p) =>
        (q > 0 ? q * Math.Log(q / p) : 0) + (q < 1 ? (1 - q) * Math.Log((1 - q) / (1 - p)) : 0);

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}

using DenoisedSmoothing.Noise;
using DenoisedSmoothing.PredictionSets;
using MathNet.Numerics.Distributions;

namespace DenoisedSmoothing.Testing;

/// <summary>
/// How often prediction sets of a linear model hold the label, where both are known exactly: the coverage for given calibration scores, and
/// the attack that is worst for it.
/// </summary>
/// <remarks>
/// Two classes, probability of the label 1 / (1 + exp(-2 m)), m = margin of the image + Gaussian noise along the model's only direction.
/// Whatever attacks an image within r of it lowers m by at most r, and the step straight against the model lowers it by r: so the coverage
/// under the worst attack is a sum of normal probabilities, without a draw. Only the calibration images and their noise are drawn.
/// </remarks>
/// <param name="Name">What was simulated.</param>
/// <param name="Clean">The mean, over calibrations, of the coverage of images that no one moved.</param>
/// <param name="Attacked">The mean of the coverage under the worst attack.</param>
/// <param name="Error">The standard error of <paramref name="Attacked"/>.</param>
internal sealed record SetSimulation(string Name, double Clean, double Attacked, double Error)
{
    public const double Sigma = .5;

    private const int Block = 50;

    /// <summary>Images by margin: all alike, which makes theorem and Jensen's inequality tight; and mixtures.</summary>
    public static IReadOnlyList<(string Name, double[] Margins)> Worlds { get; } =
    [
        ("all alike", [.7]),
        ("half hard, half easy", [0, 1.5]),
        ("one in five is hopeless", [-1, .8, .9, 1, 1.1]),
        ("many kinds", [-.3, 0, .2, .4, .6, .8, 1, 1.3, 2, 3]),
    ];

    /// <summary>Whether the mean can be what is promised, but for five standard errors.</summary>
    /// <param name="miscoverage">a.</param>
    public bool Keeps(double miscoverage) => Attacked + 5 * Error >= 1 - miscoverage;

    /// <summary>Calibrates many times.</summary>
    /// <param name="margins">The images' margins, each as likely as the others.</param>
    /// <param name="n">Calibration images.</param>
    /// <param name="radius">Of the attack.</param>
    /// <param name="runs">Calibrations.</param>
    /// <param name="threshold">The rule: from scores to the threshold.</param>
    public static SetSimulation Of(string name, double[] margins, int n, double radius, int runs, Func<double[], double> threshold)
    {
        int blocks = (runs + Block - 1) / Block;
        double[] clean = new double[blocks * Block], attacked = new double[blocks * Block];
        Parallel.For(0, blocks, block =>
        {
            VoteDraws random = new(4711 + (ulong)block * 1_000_000_007);
            ThresholdScore score = new();
            double[] scores = new double[n], both = new double[2];
            for (int run = block * Block; run < (block + 1) * Block; run++)
            {
                for (int i = 0; i < n; i++)
                {
                    double margin = margins[(int)(random.Uniform() * margins.Length)]
                        + Sigma * Normal.InvCDF(0, 1, Math.BitIncrement(random.Uniform()));
                    double probability = 1 / (1 + Math.Exp(-2 * margin));
                    score.Score([probability, 1 - probability], 0, both);
                    scores[i] = both[0];
                }

                double least = LeastMargin(threshold(scores));
                clean[run] = Coverage(margins, least, 0);
                attacked[run] = Coverage(margins, least, radius);
            }
        });
        double mean = attacked.Average(), spread = Math.Sqrt(attacked.Sum(its => (its - mean) * (its - mean)) / (attacked.Length - 1));
        return new(name, clean.Average(), mean, spread / Math.Sqrt(attacked.Length));
    }

    /// <summary>The library's rule.</summary>
    public static double Rule(double[] scores, double radius, double miscoverage, double sigma = Sigma) =>
        SplitConformal.Threshold(scores, RobustLevel.CleanMiscoverage(new GaussianRule(sigma), radius, miscoverage));

    /// <summary>The margin from which on the label is in the set.</summary>
    private static double LeastMargin(double threshold) =>
        threshold >= 1 ? double.NegativeInfinity : Math.Log((1 - threshold) / threshold) / 2;

    private static double Coverage(double[] margins, double least, double radius) =>
        margins.Average(margin => Normal.CDF(0, 1, (margin - radius - least) / Sigma));
}

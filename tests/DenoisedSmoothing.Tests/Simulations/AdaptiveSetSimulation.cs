using DenoisedSmoothing.PredictionSets;
using MathNet.Numerics.Distributions;

namespace DenoisedSmoothing.Testing;

/// <summary>
/// Adaptive sets of three classes in the plane, whose coverage at any point is an integral and whose attack is searched for: the score is
/// randomised, and its sets are no half-planes, so the worst attack has no formula.
/// </summary>
/// <remarks>
/// Class k has the logit 4 (u . w_k), w_k three unit vectors at equal angles; images are .5 w_y; noise of .5 is added. By symmetry label 0
/// stands for all. Given u, the label is held for a share of the score's uniform draw that is known.
/// </remarks>
/// <param name="Attacked">The mean, over calibrations, of the coverage under the attack that was found.</param>
/// <param name="Error">Its standard error.</param>
internal sealed record AdaptiveSetSimulation(double Attacked, double Error)
{
    public const double Sigma = .5;

    private const double Sharpness = 4, Margin = .5, Reach = 4;
    private const int Directions = 16;

    private static readonly (double X, double Y)[] s_classes =
        [.. Enumerable.Range(0, 3).Select(k => (Math.Cos(2 * Math.PI * k / 3), Math.Sin(2 * Math.PI * k / 3)))];

    // The attack is searched for on the coarse grid and judged on the fine one.
    private static readonly (double X, double Y, double Weight)[] s_coarse = Noise(.25), s_fine = Noise(.05);

    public static AdaptiveSetSimulation Of(int n, double radius, int runs, Func<double[], double> threshold)
    {
        double[] attacked = new double[runs];
        Parallel.For(0, runs, run =>
        {
            VoteDraws random = new(991 + (ulong)run * 1_000_000_007);
            AdaptiveScore score = new();
            double[] scores = new double[n], all = new double[3];
            for (int i = 0; i < n; i++)
            {
                double[] probabilities = Probabilities(
                    Margin + Sigma * Normal.InvCDF(0, 1, Math.BitIncrement(random.Uniform())),
                    Sigma * Normal.InvCDF(0, 1, Math.BitIncrement(random.Uniform())));
                score.Score(probabilities, random.Uniform(), all);
                scores[i] = all[0];
            }

            double cut = threshold(scores);
            (double x, double y) = Enumerable.Range(0, Directions).Select(direction => 2 * Math.PI * direction / Directions)
                .Select(angle => (X: Margin + radius * Math.Cos(angle), Y: radius * Math.Sin(angle)))
                .MinBy(its => Coverage(its.X, its.Y, cut, s_coarse));
            attacked[run] = Coverage(x, y, cut, s_fine);
        });
        double mean = attacked.Average(), spread = Math.Sqrt(attacked.Sum(its => (its - mean) * (its - mean)) / (runs - 1));
        return new(mean, spread / Math.Sqrt(runs));
    }

    /// <summary>The probability that the label is held at a point, by the midpoint rule.</summary>
    private static double Coverage(double x, double y, double threshold, (double X, double Y, double Weight)[] noise)
    {
        double sum = 0;
        foreach ((double dx, double dy, double weight) in noise)
        {
            double[] p = Probabilities(x + dx, y + dy);
            double before = (p[1] > p[0] ? p[1] : 0) + (p[2] > p[0] ? p[2] : 0);
            sum += weight * Math.Clamp((threshold - before) / p[0], 0, 1);
        }

        return sum;
    }

    private static double[] Probabilities(double x, double y)
    {
        double[] p = [.. s_classes.Select(its => Math.Exp(Sharpness * (x * its.X + y * its.Y)))];
        double sum = p.Sum();
        return [.. p.Select(its => its / sum)];
    }

    private static (double X, double Y, double Weight)[] Noise(double step)
    {
        double[] places = [.. Enumerable.Range(0, (int)(2 * Reach / step)).Select(i => -Reach + (i + .5) * step)];
        double[] weights = [.. places.Select(z => Normal.CDF(0, 1, z + step / 2) - Normal.CDF(0, 1, z - step / 2))];
        double all = weights.Sum();
        return [.. places.Index().SelectMany(x => places.Index().Select(y =>
            (Sigma * x.Item, Sigma * y.Item, weights[x.Index] * weights[y.Index] / (all * all))))];
    }
}

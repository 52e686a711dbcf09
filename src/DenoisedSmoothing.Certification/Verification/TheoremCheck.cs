namespace DenoisedSmoothing.Verification;

/// <summary>
/// Radii of theorems other than the noise's, divided by sigma, computed by this folder's own means: their conditions are tried out, whereas
/// the library solves them.
/// </summary>
internal static class TheoremCheck
{
    private const int Points = 100;

    /// <summary>
    /// Lecuyer et al. 2019: the largest r at which some epsilon of at most 1 has pA >= exp(2 epsilon) pB + (1 + exp(epsilon)) delta, where
    /// delta is that of the Gaussian mechanism at r.
    /// </summary>
    public static double Lecuyer(double pA, double pB)
    {
        double low = 0, high = 1;
        for (int i = 0; i < 60; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = Slack(middle) >= 0 ? (middle, high) : (low, middle);
        }

        return low;

        double Slack(double radius) => Largest(epsilon =>
            pA - Math.Exp(2 * epsilon) * pB - (1 + Math.Exp(epsilon)) * 1.25 * Math.Exp(-epsilon * epsilon / (2 * radius * radius)), 0, 1);
    }

    /// <summary>
    /// Li et al. 2019: the largest r at which some order's Renyi divergence a r^2 / 2 is at most what separates pA from pB.
    /// </summary>
    public static double Li(double pA, double pB) => Math.Sqrt(Math.Max(0, Largest(order =>
    {
        double power = 1 - order, ratio = Math.Pow(pB / pA, -power); // at most 1
        double mean = pB * Math.Pow((ratio + 1) / 2, 1 / power);
        return -2 / order * Math.Log(Math.Max(0, 1 - (pA + pB)) + 2 * mean);
    }, 1.05, 8)));

    private static double Largest(Func<double, double> function, double low, double high)
    {
        for (int zoom = 0; zoom < 6; zoom++)
        {
            double width = (high - low) / Points, from = low;
            int best = Enumerable.Range(0, Points + 1).MaxBy(i => function(from + i * width));
            (low, high) = (Math.Max(low, from + (best - 1) * width), Math.Min(high, from + (best + 1) * width));
        }

        return function((low + high) / 2);
    }
}

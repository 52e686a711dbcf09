using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Benchmarks;

/// <summary>An image of a published certification log: how probable its top label is under noise, as far as the log tells.</summary>
/// <param name="P">The probability of the top label: k/n for the k that the printed radius came from; for an abstention drawn from U(0.2,
/// 0.5).</param>
/// <param name="Correct">Whether the top label is the image's own; false for an abstention.</param>
/// <param name="Radius">The printed radius; 0 for an abstention.</param>
internal sealed record RecoveredImage(double P, bool Correct, double Radius)
{
    private const long N = 100_000;
    private const double Alpha = .001;

    /// <summary>Reads a log of Cohen's form, made with n = 100,000 and alpha = 0.001.</summary>
    /// <param name="path">idx, label, predict, radius, correct, time; tab separated.</param>
    /// <param name="sigma">The log's sigma.</param>
    public static RecoveredImage[] Read(string path, double sigma)
    {
        double[] radii = [.. Enumerable.Range(0, (int)(N / 2) + 1)
            .Select(i => CertifiedRadius.FromBound(ClopperPearson.Lower((N / 2) + i, N, Alpha), sigma))];
        Random abstentions = new(1);
        return [.. File.ReadLines(path).Skip(1).Select(line =>
        {
            string[] fields = line.Split('\t');
            if (fields[2] == "-1")
                return new RecoveredImage(.2 + (.3 * abstentions.NextDouble()), false, 0);
            double radius = PlainNumber.Parse(fields[3], "A radius");
            return new RecoveredImage((double)((N / 2) + Nearest(radii, radius)) / N, fields[1] == fields[2], radius);
        })];
    }

    private static int Nearest(double[] ascending, double value)
    {
        int above = Array.BinarySearch(ascending, value);
        above = Math.Min(above < 0 ? ~above : above, ascending.Length - 1);
        return above > 0 && value - ascending[above - 1] < ascending[above] - value ? above - 1 : above;
    }
}

namespace DenoisedSmoothing.Testing;

/// <summary>Draws from Binomial(n, p) by inverting a table of its distribution function: one uniform a draw, however large n is.</summary>
internal sealed class BinomialSampler
{
    private readonly double[] _cumulative;

    public BinomialSampler(int n, double p)
    {
        // From the mode outwards by the ratio of neighbours, then normalised: nothing underflows that matters, and no formula is the
        // library's.
        double[] weights = new double[n + 1];
        int mode = (int)((n + 1) * p);
        weights[mode] = 1;
        for (int k = mode; k < n; k++)
            weights[k + 1] = weights[k] * (n - k) / (k + 1) * p / (1 - p);
        for (int k = mode; k > 0; k--)
            weights[k - 1] = weights[k] * k / (n - k + 1) * (1 - p) / p;
        double total = weights.Sum(), sum = 0;
        _cumulative = [.. weights.Select(weight => sum += weight / total)];
    }

    public long Draw(Random random)
    {
        int index = Array.BinarySearch(_cumulative, random.NextDouble());
        return Math.Min(index < 0 ? ~index : index, _cumulative.Length - 1);
    }
}

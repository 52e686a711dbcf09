namespace DenoisedSmoothing.Noise;

/// <summary>
/// What the table's whole units leave over of a gridded Gaussian: a cell and a place in it. The part of a cell below its last value's
/// height is uniform; the part above has probabilities proportional to q(place) - q(last place), which is nearly a triangle.
/// </summary>
internal sealed class GridGaussianRest
{
    /// <summary>
    /// In a triangle each try accepts with probability 2/3 in the first cell, which holds 1e-7 of all probability, and 5/6 or more
    /// elsewhere: the probability that all fail, and the last place stays unchecked, is below 1e-14.
    /// </summary>
    internal const int Tries = 16;

    private const int CellSize = GridGaussianLaw.CellSize;
    private const double Ln2 = 0.69314718055994530942;

    private readonly double _squaredSteps;

    /// <param name="steps">s, sigma in grid steps.</param>
    /// <param name="flat">By cell: the probability below the height of its last value that is not in the table.</param>
    /// <param name="above">By cell: the probability above that height.</param>
    internal GridGaussianRest(double steps, double[] flat, double[] above)
    {
        _squaredSteps = steps * steps;
        double[] parts = [.. flat, .. above];
        double total = 0;
        foreach (double part in parts)
            total += part;
        Cumulative = new ulong[parts.Length];
        double sum = 0;
        for (int part = 0; part < parts.Length - 1; part++)
        {
            sum += parts[part];
            Cumulative[part] = (ulong)(sum / total * 18446744073709549568.0); // the largest double below 2^64
        }

        Cumulative[^1] = ulong.MaxValue;
    }

    /// <summary>
    /// The flat parts of all cells, then the triangles of all cells: the probability of a part and all before it, in units of 2^-64.
    /// </summary>
    internal ulong[] Cumulative { get; }

    private int Cells => Cumulative.Length / 2;

    /// <summary>Draws a value, in grid steps and without its sign.</summary>
    /// <param name="seed">The generator's key.</param>
    /// <param name="counter">The first of <see cref="Tries"/> counters that nothing else uses: one per try, and the first half of the first
    /// picks the part.</param>
    internal int Draw(ulong seed, UInt128 counter)
    {
        (uint w0, uint w1, uint w2, uint w3) = Philox.Block(counter, seed);
        int part = Array.BinarySearch(Cumulative, w0 | (ulong)w1 << 32);
        part = part < 0 ? ~part : Math.Min(part + 1, Cumulative.Length - 1); // the first whose sum is above the word
        if (part < Cells)
            return part * CellSize + (int)(w2 & (CellSize - 1));
        int cell = part - Cells, place = 0;
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            if (attempt > 0)
                (_, _, w2, w3) = Philox.Block(counter + (uint)attempt, seed);
            ulong word = w2 | (ulong)w3 << 32;
            int a = (int)(word & (CellSize - 1)), b = (int)(word >> GridGaussianLaw.CellBits & (CellSize - 1));
            place = Math.Min(a, b);
            if (a != b && (word >> 26) < Acceptance(cell, place) * (1L << 38))
                break;
        }

        return cell * CellSize + place;
    }

    /// <summary>
    /// (q(place) - q(last)) divided by the triangle above it, as a share of the steepest slope that the cell can have. The smaller of two
    /// different places has probability proportional to last - place.
    /// </summary>
    internal double Acceptance(int cell, int place)
    {
        double first = (double)cell * CellSize;
        double steepest = (first + CellSize) / _squaredSteps;
        double fall = (CellSize - 1 - place) * (2 * first + CellSize + place) / (2 * _squaredSteps);
        double whole = (CellSize - 1) * (2 * first + CellSize) / (2 * _squaredSteps);
        return ExpM1(fall) / ((CellSize - 1 - place) * steepest * (1 + ExpM1(whole)));
    }

    /// <summary>exp(y) for y at most 0, within 1e-14 relative where it is above 1e-19.</summary>
    internal static double Exp(double y)
    {
        int halvings = (int)(-y / Ln2 + .5);
        double r = y + halvings * Ln2;
        return Math.ScaleB(1 + ExpM1(r), -halvings);
    }

    /// <summary>exp(x) - 1 for |x| up to 0.36, within 1e-15 relative: a Taylor polynomial whose first omitted term is x^14/14!.</summary>
    private static double ExpM1(double x)
    {
        double p = 1 / 13.0;
        for (int i = 12; i >= 1; i--)
            p = (1 + x * p) / i;
        return x * p;
    }
}

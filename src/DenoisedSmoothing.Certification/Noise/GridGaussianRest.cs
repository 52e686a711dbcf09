namespace DenoisedSmoothing.Noise;

/// <summary>
/// The part of a gridded Gaussian that lies above its cells' last values: a cell, then a place in it with probability proportional to
/// q(place) - q(last place), which is nearly a triangle.
/// </summary>
internal sealed class GridGaussianRest
{
    /// <summary>
    /// Each try accepts with probability 2/3 in the first cell, which holds 1e-7 of all probability, and 5/6 or more elsewhere: that all
    /// fail, and the last place stands unchecked, has probability below 1e-14.
    /// </summary>
    internal const int Tries = 16;

    private const int CellSize = GridGaussianLaw.CellSize;
    private const double Ln2 = 0.69314718055994530942;

    private readonly double _squaredSteps;

    /// <param name="steps">s, sigma in grid steps.</param>
    /// <param name="above">By cell: the probability above the height of its last value.</param>
    internal GridGaussianRest(double steps, double[] above)
    {
        _squaredSteps = steps * steps;
        double total = 0;
        foreach (double part in above)
            total += part;
        Cumulative = new ulong[above.Length];
        double sum = 0;
        for (int cell = 0; cell < above.Length - 1; cell++)
        {
            sum += above[cell];
            Cumulative[cell] = (ulong)(sum / total * 18446744073709549568.0); // the largest double below 2^64
        }

        Cumulative[^1] = ulong.MaxValue;
    }

    /// <summary>By cell: the probability of it and all before, in units of 2^-64.</summary>
    internal ulong[] Cumulative { get; }

    /// <summary>Draws a value, in grid steps and without its sign.</summary>
    /// <param name="seed">The generator's key.</param>
    /// <param name="counter">The first of <see cref="Tries"/> counters that nothing else uses: one a try, and the first half of the first
    /// picks the cell.</param>
    internal int Draw(ulong seed, UInt128 counter)
    {
        (uint w0, uint w1, uint w2, uint w3) = Philox.Block(counter, seed);
        int at = Array.BinarySearch(Cumulative, w0 | (ulong)w1 << 32);
        int cell = at < 0 ? ~at : Math.Min(at + 1, Cumulative.Length - 1); // the first whose sum is above the word
        int place = 0;
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
    /// (q(place) - q(last)) over the triangle above it, as a share of the steepest slope that the cell can have. The smaller of two
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

    /// <summary>exp(y) for y of 0 or less, within 1e-14 relative where it is above 1e-19.</summary>
    internal static double Exp(double y)
    {
        int halvings = (int)(-y / Ln2 + .5);
        double r = y + halvings * Ln2;
        return Math.ScaleB(1 + ExpM1(r), -halvings);
    }

    /// <summary>exp(x) - 1 for |x| up to 0.36, within 1e-15 relative: a Taylor polynomial, the first term left out is x^14/14!.</summary>
    private static double ExpM1(double x)
    {
        double p = 1 / 13.0;
        for (int i = 12; i >= 1; i--)
            p = (1 + x * p) / i;
        return x * p;
    }
}

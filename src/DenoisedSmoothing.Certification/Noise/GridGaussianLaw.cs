namespace DenoisedSmoothing.Noise;

/// <summary>
/// Gaussian noise, rounded down to a grid, from a table of integer weights: one random 64-bit word makes one value, and its law is known
/// exactly. Every sigma shares the geometry; only s, sigma in grid steps, differs, between 2^20 and 2^21.
/// </summary>
/// <remarks>
/// <para>
/// The step is g = 2^k, the largest power of two with s = sigma / g of at least 2^20. The noise is K g, where K is floor(N / g) for a
/// normal N:
/// P(K = k) = P(K = -1 - k) = q(k)/2 with q(k) = 2 Phi((k + 1)/s) - 2 Phi(k/s) for k >= 0. A sign bit decides between the two.
/// </para>
/// <para>
/// The values k >= 0 are cut into cells of 2^13, up to 9.2 sigma. In a cell q falls by a fraction of a per cent, so nearly all of it is
/// uniform at the height of the cell's last value: a word picks the cell from the table, and 13 of its bits are the place inside. What lies
/// above that height over all cells, a few thousandths of the probability, is one more entry of the table, drawn with words of its own
/// (<see cref="GridGaussianRest"/>).
/// </para>
/// <para>
/// The table is A. J. Walker's alias method ("An efficient method for generating discrete random variables with general distributions",
/// 1977):
/// 4,096 slots of equal size, each shared by at most two entries.
/// Weights are whole multiples of 2^-50, the rest takes what their rounding leaves: against the exact law the total variation is below
/// <see cref="TotalVariation"/> (docs/noise.md has the sum).
/// </para>
/// Doubles are computed by additions, multiplications and divisions alone, in a fixed order: the same table on every machine.
/// </remarks>
internal sealed class GridGaussianLaw
{
    internal const int CellBits = 13;
    internal const int CellSize = 1 << CellBits;

    /// <summary>The total variation between one drawn value and an exact one is below this, 2^-39.</summary>
    internal const double TotalVariation = 1.0 / (1L << 39);

    private const int Slots = 4096;
    private const int SlotBits = 12;
    private const int ShareBits = 38;
    private const int ShareShift = CellBits + 1; // below the share are the sign and the place in the cell
    private const long SlotWeight = 1L << ShareBits;
    private const double Reach = 9.2; // P(|N| > 9.2 sigma) is below 2^-64
    private const ulong ShareMask = ((1UL << ShareBits) - 1) << ShareShift;

    private readonly ulong[] _slots;

    internal GridGaussianLaw(double sigma)
    {
        Step = StepFor(sigma);
        Steps = sigma / Step;
        Cells = (int)Math.Ceiling(Reach * Steps / CellSize);
        Weights = new long[Slots];
        double[] above = new double[Cells];
        long left = Slots * SlotWeight;
        for (int cell = 0; cell < Cells; cell++)
        {
            double flat = CellSize * Density((cell + 1.0) * CellSize - 1);
            above[cell] = Mass(cell) - flat;
            Weights[cell] = (long)(flat * (Slots * SlotWeight) + .5);
            left -= Weights[cell];
        }

        Weights[Cells] = left;
        Rest = new GridGaussianRest(Steps, above);
        _slots = AliasTable(Weights);
    }

    /// <summary>g, the grid's step, a power of two.</summary>
    internal double Step { get; }

    /// <summary>The largest power of two that is at most sigma / 2^20.</summary>
    internal static double StepFor(double sigma) => Math.ScaleB(1, Math.ILogB(sigma) - 20);

    /// <summary>s = sigma / g, in [2^20, 2^21).</summary>
    internal double Steps { get; }

    /// <summary>The number of cells; the entry after the last is the rest.</summary>
    internal int Cells { get; }

    /// <summary>The entries' probabilities in units of 2^-50.</summary>
    internal long[] Weights { get; }

    /// <summary>What is not uniform in its cell.</summary>
    internal GridGaussianRest Rest { get; }

    /// <summary>The value that a word stands for, in grid steps.</summary>
    /// <param name="word">Uniform over 64 bits.</param>
    /// <param name="value">K.</param>
    /// <returns>False where the word picks the rest: the value's cell and place are still to be drawn, its sign is
    /// <see cref="IsNegative"/>.</returns>
    internal bool TryValue(ulong word, out int value)
    {
        uint slot = (uint)(word >> (64 - SlotBits));
        ulong entry = _slots[slot];

        // All ones where the share in the word is below the slot's: the entry is the slot's own, else its alias.
        uint own = (uint)(((long)(word & ShareMask) - (long)(entry & ~(Slots - 1UL))) >> 63);
        uint alias = (uint)entry & (Slots - 1);
        uint cell = alias ^ ((alias ^ slot) & own);
        int magnitude = (int)(cell << CellBits | ((uint)word & (CellSize - 1)));
        value = magnitude ^ -(int)((word >> CellBits) & 1);
        return cell != Cells;
    }

    /// <summary>Whether the word's sign bit is set: k becomes -1 - k.</summary>
    internal static bool IsNegative(ulong word) => ((word >> CellBits) & 1) != 0;

    /// <summary>q(k): the half-normal probability of one grid step.</summary>
    private double Density(double k)
    {
        // The mean of the density over the step: the first correction is 1e-12 at most, the next is out of sight.
        double x = (k + .5) / Steps;
        return Normal(x) / Steps * (1 + (x * x - 1) / (24 * Steps * Steps));
    }

    /// <summary>The half-normal probability of a cell: its density in Hermite polynomials about the middle, integrated.</summary>
    private double Mass(int cell)
    {
        double x = (cell + .5) * CellSize / Steps, w = CellSize / (2 * Steps), a = x * x, b = w * w;
        double he2 = a - 1, he4 = (a - 6) * a + 3, he6 = ((a - 15) * a + 45) * a - 15;
        return Normal(x) * 2 * w * (1 + b / 6 * (he2 + b / 20 * (he4 + b / 42 * he6)));
    }

    /// <summary>sqrt(2/pi) exp(-x^2/2).</summary>
    private static double Normal(double x) => .79788456080286535588 * GridGaussianRest.Exp(-x * x / 2);

    /// <summary>Vose's construction, in the order of the entries: share in the bits above the sign, alias in the lowest twelve.</summary>
    private static ulong[] AliasTable(long[] weights)
    {
        long[] left = [.. weights];
        Stack<int> small = new(), large = new();
        for (int entry = 0; entry < Slots; entry++)
            (left[entry] < SlotWeight ? small : large).Push(entry);
        ulong[] slots = new ulong[Slots];
        while (small.TryPop(out int slot))
        {
            int alias = large.Peek(); // weights sum to all slots, so whatever lacks weight is matched by what has too much
            slots[slot] = (ulong)left[slot] << ShareShift | (uint)alias;
            left[alias] -= SlotWeight - left[slot];
            if (left[alias] < SlotWeight)
                small.Push(large.Pop());
        }

        foreach (int slot in large)
            slots[slot] = (ulong)SlotWeight << ShareShift | (uint)slot;
        return slots;
    }
}

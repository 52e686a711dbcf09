using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DenoisedSmoothing.Noise;

/// <summary>
/// Gaussian noise, rounded down to a grid, from a table of whole numbers: nearly every value takes one random 32-bit word, and the law is
/// known exactly. All sigmas share the geometry; only s, sigma in grid steps, differs, between 2^20 and 2^21.
/// </summary>
/// <remarks>
/// <para>
/// The step is g = 2^k, the largest power of two with s = sigma / g of at least 2^20. The noise is K g, where K is floor(N / g) for a
/// normal N: P(K = k) = P(K = -1 - k) = q(k)/2 with q(k) = 2 Phi((k + 1)/s) - 2 Phi(k/s) for k >= 0. A sign bit decides between the two.
/// </para>
/// <para>
/// The values k >= 0 are cut into cells of 2^13, up to 9.2 sigma. In a cell q falls by a fraction of a per cent, so nearly all of it is
/// uniform at the height of the cell's last value, and nearly all of that is a whole multiple of 2^-18. A word has 18 bits for the cell,
/// one for the sign and 13 for the place in the cell. What those multiples leave, about 0.4% of the probability, is one more entry of the
/// table, drawn with its own words (<see cref="GridGaussianRest"/>): the two together have the law, however few bits the first has.
/// </para>
/// <para>
/// The table is A. J. Walker's alias method ("An efficient method for generating discrete random variables with general distributions",
/// 1977): 4,096 slots of 64 units, each shared by at most two entries. The total variation from the exact law is below
/// <see cref="TotalVariation"/> (docs/noise.md has the calculation).
/// </para>
/// Doubles are computed by only additions, multiplications and divisions, in a fixed order: the table is the same on every machine.
/// </remarks>
internal sealed class GridGaussianLaw
{
    internal const int CellBits = 13;
    internal const int CellSize = 1 << CellBits;

    /// <summary>The total variation between one drawn value and an exact one is below this, 2^-39.</summary>
    internal const double TotalVariation = 1.0 / (1L << 39);

    private const int SlotBits = 12;
    private const int Slots = 1 << SlotBits;
    private const int ShareShift = CellBits + 1; // below the share are the sign and the place in the cell
    private const int SlotShift = 32 - SlotBits;
    private const int SlotWeight = 1 << (SlotShift - ShareShift);
    private const uint BelowShare = (1u << ShareShift) - 1, BelowSlot = (1u << SlotShift) - 1;
    private const double Reach = 9.2; // P(|N| > 9.2 sigma) is below 2^-64

    /// <summary>By slot: how many of its 64 shares are its own, from bit 14 on, and below that the entry that has the others.</summary>
    private readonly uint[] _slots;

    internal GridGaussianLaw(double sigma)
    {
        Step = StepFor(sigma);
        Steps = sigma / Step;
        Cells = (int)Math.Ceiling(Reach * Steps / CellSize);
        Weights = new int[Slots];
        double[] left = new double[Cells], above = new double[Cells];
        Weights[Cells] = Slots * SlotWeight;
        for (int cell = 0; cell < Cells; cell++)
        {
            double flat = CellSize * Density((cell + 1.0) * CellSize - 1), units = flat * (Slots * SlotWeight);
            above[cell] = Mass(cell) - flat;
            Weights[cell] = (int)units;
            Weights[Cells] -= Weights[cell];
            left[cell] = (units - Weights[cell]) / (Slots * SlotWeight);
        }

        Rest = new GridGaussianRest(Steps, left, above);
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

    /// <summary>The entries' probabilities in units of 2^-18.</summary>
    internal int[] Weights { get; }

    /// <summary>What the whole units leave over.</summary>
    internal GridGaussianRest Rest { get; }

    /// <summary>The value that a word stands for, in grid steps.</summary>
    /// <param name="word">Uniform over 32 bits.</param>
    /// <param name="value">K.</param>
    /// <returns>False where the word picks the rest: the value's cell and place have yet to be drawn, its sign is
    /// <see cref="IsNegative"/>.</returns>
    internal bool TryValue(uint word, out int value)
    {
        uint slot = word >> SlotShift, entry = _slots[slot];

        // With all bits below the share set, the word is below the entry exactly where its share is: an alias has fewer bits.
        uint cell = (word & BelowSlot | BelowShare) < entry ? slot : entry & (Slots - 1);
        int magnitude = (int)(cell << CellBits | word & (CellSize - 1));
        value = magnitude ^ -(int)((word >> CellBits) & 1);
        return cell != Cells;
    }

    /// <summary>The same for eight words at once, on processors with AVX2.</summary>
    /// <param name="words">Eight words, uniform over 32 bits.</param>
    /// <param name="values">Receives eight values.</param>
    /// <returns>A bit for every value whose word picks the rest.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal unsafe uint EightValues(ref uint words, ref int values)
    {
        Vector256<uint> word = Vector256.LoadUnsafe(ref words), slot = word >>> SlotShift, entry;
        fixed (uint* slots = &MemoryMarshal.GetArrayDataReference(_slots))
            entry = Avx2.GatherVector256(slots, slot.AsInt32(), sizeof(uint));
        Vector256<uint> share = word & Vector256.Create(BelowSlot) | Vector256.Create(BelowShare);
        Vector256<uint> own = Vector256.LessThan(share.AsInt32(), entry.AsInt32()).AsUInt32(); // both below 2^31
        Vector256<uint> cell = Vector256.ConditionalSelect(own, slot, entry & Vector256.Create(Slots - 1u));
        Vector256<int> magnitude = (cell << CellBits | word & Vector256.Create(CellSize - 1u)).AsInt32();
        Vector256<int> sign = (word << (31 - CellBits)).AsInt32() >> 31;
        (magnitude ^ sign).StoreUnsafe(ref values);
        return Vector256.Equals(cell, Vector256.Create((uint)Cells)).ExtractMostSignificantBits();
    }

    /// <summary>Whether the word's sign bit is set: k becomes -1 - k.</summary>
    internal static bool IsNegative(uint word) => ((word >> CellBits) & 1) != 0;

    /// <summary>q(k): the half-normal probability of one grid step.</summary>
    private double Density(double k)
    {
        // The mean of the density over the step: the first correction is at most 1e-12, the next is negligible.
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

    /// <summary>Vose's construction, in the order of the entries.</summary>
    private static uint[] AliasTable(int[] weights)
    {
        int[] left = [.. weights];
        Stack<int> small = new(), large = new();
        for (int entry = 0; entry < Slots; entry++)
            (left[entry] < SlotWeight ? small : large).Push(entry);
        uint[] slots = new uint[Slots];
        while (small.TryPop(out int slot))
        {
            int alias = large.Peek(); // weights sum to all slots, so every lack of weight is matched by an excess
            slots[slot] = (uint)left[slot] << ShareShift | (uint)alias;
            left[alias] -= SlotWeight - left[slot];
            if (left[alias] < SlotWeight)
                small.Push(large.Pop());
        }

        foreach (int slot in large)
            slots[slot] = (uint)SlotWeight << ShareShift | (uint)slot;
        return slots;
    }
}

namespace DenoisedSmoothing.Tests.SecondOpinion;

/// <summary>n! for n up to a million, multiplied up number by number; every sixteenth is kept.</summary>
internal static class Factorials
{
    public const int Largest = 1_000_000;

    private const int Stride = 16;

    private static readonly Wide[] s_table = Table();

    public static Enclosure Of(int n)
    {
        Wide low = s_table[n / Stride];
        for (int i = n / Stride * Stride + 1; i <= n; i++)
            low = Wide.Multiply(low, Wide.Of((ulong)i), up: false);

        // At most one rounding down for each factor, by less than 2^-127 of the value.
        Wide rounding = Wide.Multiply(low, new Wide(UInt128.One << 127, -126 - 127 + 20), up: true);
        return new(low, Wide.Add(low, rounding, up: true));
    }

    private static Wide[] Table()
    {
        Wide[] table = new Wide[(Largest / Stride) + 1];
        Wide product = table[0] = Wide.One;
        for (int i = 1; i <= Largest; i++)
        {
            product = Wide.Multiply(product, Wide.Of((ulong)i), up: false);
            if (i % Stride == 0)
                table[i / Stride] = product;
        }

        return table;
    }
}

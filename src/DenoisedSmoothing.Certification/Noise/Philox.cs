using System.Runtime.CompilerServices;

namespace DenoisedSmoothing.Noise;

/// <summary>Philox4x32-10: a stateless keyed function from a 128-bit counter to four random 32-bit words.</summary>
/// <remarks>Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011);
/// reference code DEShawResearch/random123, philox.h.</remarks>
internal static class Philox
{
    private const int Rounds = 10;
    private const ulong Multiplier0 = 0xD2511F53;
    private const ulong Multiplier1 = 0xCD9E8D57;
    private const uint KeyStep0 = 0x9E3779B9; // golden ratio
    private const uint KeyStep1 = 0xBB67AE85; // sqrt(3) - 1

    /// <summary>The four words of one counter under one key.</summary>
    public static (uint W0, uint W1, uint W2, uint W3) Block(UInt128 counter, ulong key)
    {
        Lanes1 c0 = new((uint)counter), c1 = new((uint)(counter >> 32)), c2 = new((uint)(counter >> 64)), c3 = new((uint)(counter >> 96));
        Apply(ref c0, ref c1, ref c2, ref c3, key);
        return ((uint)c0.Bits, (uint)c1.Bits, (uint)c2.Bits, (uint)c3.Bits);
    }

    /// <summary>Replaces counters, one per lane, by their words.</summary>
    /// <remarks>
    /// Words are in the low half of 64-bit lanes, where the processor's 32 x 32 -> 64 multiplication wants them. Between rounds the high
    /// halves hold leftovers that the next multiplication does not read; they are cleared at the end.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply<T>(ref T c0, ref T c1, ref T c2, ref T c3, ulong key)
        where T : struct, ILanes<T>
    {
        T key0 = T.Word((uint)key), key1 = T.Word((uint)(key >> 32));
        for (int round = 0; round < Rounds; round++)
        {
            T product0 = T.Multiply32(c0, T.Word(Multiplier0));
            T product1 = T.Multiply32(c2, T.Word(Multiplier1));
            c0 = (product1 >>> 32) ^ c1 ^ key0;
            c1 = product1;
            c2 = (product0 >>> 32) ^ c3 ^ key1;
            c3 = product0;
            key0 = T.AddWords(key0, T.Word(KeyStep0));
            key1 = T.AddWords(key1, T.Word(KeyStep1));
        }
        T low = T.Word(0xFFFF_FFFFUL);
        c0 &= low;
        c1 &= low;
        c2 &= low;
        c3 &= low;
    }
}

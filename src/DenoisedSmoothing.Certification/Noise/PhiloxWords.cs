using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DenoisedSmoothing.Noise;

/// <summary>Random 64-bit words, two per Philox block: words 16 g + l and 16 g + 8 + l are the halves of block 8 g + l.</summary>
internal static class PhiloxWords
{
    internal const int BlockWords = 2;
    internal const int GroupBlocks = 8;
    internal const int GroupWords = BlockWords * GroupBlocks;

    /// <summary>Fills whole groups, the first of which begins at the counter's block.</summary>
    internal static void Fill(ulong seed, UInt128 counter, Span<ulong> words, GaussianNoise.Path path)
    {
        switch (path)
        {
            case GaussianNoise.Path.Vector512:
                Fill<Lanes8>(seed, counter, words);
                break;
            case GaussianNoise.Path.Vector256:
                Fill<Lanes4>(seed, counter, words);
                break;
            default:
                Fill<Lanes1>(seed, counter, words);
                break;
        }
    }

    /// <summary>Never inlined: the compiler stops inlining the lanes' operations into a method that is already too long.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Fill<T>(ulong seed, UInt128 counter, Span<ulong> words)
        where T : struct, ILanes<T>
    {
        T word1 = T.Word((uint)(counter >> 32));
        T word2 = T.Word((uint)(counter >> 64));
        T word3 = T.Word((uint)(counter >> 96));
        ref ulong destination = ref MemoryMarshal.GetReference(words);
        uint block = (uint)counter; // the low word; it cannot carry, since a row fits its 28 bits of blocks
        for (int start = 0; start < words.Length; start += GroupWords)
        {
            for (int lane = 0; lane < GroupBlocks; lane += T.Count)
            {
                T w0 = T.AddWords(T.Word(block + (uint)lane), T.Indices), w1 = word1, w2 = word2, w3 = word3;
                Philox.Apply<T>(ref w0, ref w1, ref w2, ref w3, seed);
                (w0 | (w1 << 32)).Store(ref Unsafe.Add(ref destination, start + lane));
                (w2 | (w3 << 32)).Store(ref Unsafe.Add(ref destination, start + lane + GroupBlocks));
            }

            block += GroupBlocks;
        }
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DenoisedSmoothing.Noise;

/// <summary>Standard normals as a pure function of seed, place and element: the same bits on every machine, in any order.</summary>
/// <remarks>
/// <para>Philox4x32-10 makes four 32-bit words per block, <see cref="BoxMuller{T}"/> two normals per pair of words.
/// In double precision each normal is within a relative 2e-15 of the exact transformation (measured over a dense sweep: 7e-16 in the
/// radius, 3e-16 in the direction); it is then rounded once, to float. The radius of a pair takes 2^32 values, so its distribution function
/// is within 2^-33 of the true one; no normal is beyond 6.77.</para>
/// <para>A row is laid out in groups of 32 elements from 8 blocks: element 32 g + 8 k + l is normal k of block 8 g + l, where
/// normals 0 and 1 of a block are the cosine and sine of words (0, 1), normals 2 and 3 those of words (2, 3). Element i depends only on
/// seed, coordinate and i: not on the row's length, the width of the processor's registers or the number of threads.</para>
/// <para>All members are pure and safe for concurrent use.</para>
/// </remarks>
public static class GaussianNoise
{
    /// <summary>Names the scheme: any change to the bits drawn changes this name.</summary>
    public const string Version = "philox4x32-10/box-muller/1";

    /// <summary>The longest row: 2^30 elements, four per block.</summary>
    public const int MaxRowLength = BlockNormals << NoiseCoordinate.BlockBits;

    private const int BlockNormals = 4;
    private const int GroupBlocks = 8;
    private const int GroupNormals = BlockNormals * GroupBlocks;
    private const int ChunkNormals = 32 * GroupNormals; // 4 KB of stack, stays in the first cache

    /// <summary>The widths of the arithmetic, narrowest first; all give the same bits.</summary>
    internal enum Path { Scalar, Vector256, Vector512 }

    internal static Path BestPath => Lanes8.IsSupported ? Path.Vector512 : Lanes4.IsSupported ? Path.Vector256 : Path.Scalar;

    /// <summary>Fills a row with standard normals.</summary>
    /// <param name="seed">The generator's key. A published seed is for reproduction; trying several and keeping the best voids
    /// alpha.</param>
    /// <param name="at">The row's place.</param>
    /// <param name="normals">The row, flattened; at most <see cref="MaxRowLength"/> elements. A shorter row is a prefix of a longer
    /// one.</param>
    /// <exception cref="ArgumentException">The row is too long.</exception>
    public static void Fill(ulong seed, in NoiseCoordinate at, Span<float> normals) => Fill(seed, at, normals, BestPath);

    /// <summary>Adds noise to an image: noisy[i] = image[i] + sigma * z[i], a float product and then a float sum, never fused.</summary>
    /// <param name="seed">The generator's key, as for <see cref="Fill(ulong, in NoiseCoordinate, Span{float})"/>.</param>
    /// <param name="at">The row's place.</param>
    /// <param name="image">The image, flattened; at most <see cref="MaxRowLength"/> elements. Its values are not checked.</param>
    /// <param name="sigma">Standard deviation of the noise in the image's units ([0,1] pixels); finite, above 0.</param>
    /// <param name="noisy">
    /// Receives the noisy image, unclipped; as long as the image, and either the image's own memory or disjoint from it.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is not finite and positive.</exception>
    /// <exception cref="ArgumentException">The row is too long, the lengths differ, or the spans overlap with an offset.</exception>
    public static void AddTo(ulong seed, in NoiseCoordinate at, ReadOnlySpan<float> image, float sigma, Span<float> noisy) =>
        AddTo(seed, at, image, sigma, noisy, BestPath);

    internal static void Fill(ulong seed, in NoiseCoordinate at, Span<float> normals, Path path)
    {
        NoiseRow.CheckLength(normals.Length, MaxRowLength, nameof(normals));
        UInt128 counter = at.Counter;
        int whole = normals.Length / GroupNormals * GroupNormals;
        FillGroups(seed, counter, normals[..whole], path);
        if (whole == normals.Length)
            return;

        // The tail is the beginning of a whole group, so its values do not depend on where the row ends.
        Span<float> group = stackalloc float[GroupNormals];
        FillGroups(seed, counter + (UInt128)(whole / BlockNormals), group, path);
        group[..(normals.Length - whole)].CopyTo(normals[whole..]);
    }

    internal static void AddTo(ulong seed, in NoiseCoordinate at, ReadOnlySpan<float> image, float sigma, Span<float> noisy, Path path)
    {
        if (!(sigma > 0) || float.IsInfinity(sigma))
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma,
                "Sigma must be finite and above 0 (an l2 length per pixel in [0,1] space).");
        NoiseRow.Check(image, noisy, MaxRowLength);

        UInt128 counter = at.Counter;
        Span<float> normals = stackalloc float[ChunkNormals];
        for (int start = 0; start < image.Length; start += ChunkNormals)
        {
            int length = Math.Min(ChunkNormals, image.Length - start);
            int groups = (length + GroupNormals - 1) / GroupNormals;
            FillGroups(seed, counter + (UInt128)(start / BlockNormals), normals[..(groups * GroupNormals)], path);
            AddScaled(image.Slice(start, length), sigma, normals[..length], noisy.Slice(start, length));
        }
    }

    private static void AddScaled(ReadOnlySpan<float> image, float sigma, ReadOnlySpan<float> normals, Span<float> noisy)
    {
        int i = 0;
        for (; i <= image.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> noise = sigma * new Vector<float>(normals[i..]);
            (new Vector<float>(image[i..]) + noise).CopyTo(noisy[i..]);
        }
        for (; i < image.Length; i++)
        {
            float noise = sigma * normals[i];
            noisy[i] = image[i] + noise;
        }
    }

    private static void FillGroups(ulong seed, UInt128 counter, Span<float> normals, Path path)
    {
        switch (path)
        {
            case Path.Vector512:
                FillGroups<Lanes8>(seed, counter, normals);
                break;
            case Path.Vector256:
                FillGroups<Lanes4>(seed, counter, normals);
                break;
            default:
                FillGroups<Lanes1>(seed, counter, normals);
                break;
        }
    }

    /// <summary>Fills whole groups, the first of which begins at the counter's block.</summary>
    /// <remarks>
    /// The compiler stops inlining when a method has some hundreds of operations, and a call per addition is ten times slower: so this
    /// method is never inlined into another, and holds one copy of the transformation (a loop over the two pairs of a block).
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void FillGroups<T>(ulong seed, UInt128 counter, Span<float> normals)
        where T : struct, ILanes<T>
    {
        T word1 = T.Word((uint)(counter >> 32));
        T word2 = T.Word((uint)(counter >> 64));
        T word3 = T.Word((uint)(counter >> 96));
        ref float destination = ref MemoryMarshal.GetReference(normals);
        uint block = (uint)counter; // the low word; it cannot carry, since a row fits its 28 bits of blocks
        for (int start = 0; start < normals.Length; start += GroupNormals)
        {
            for (int lane = 0; lane < GroupBlocks; lane += T.Count)
            {
                T w0 = T.AddWords(T.Word(block + (uint)lane), T.Indices), w1 = word1, w2 = word2, w3 = word3;
                Philox.Apply<T>(ref w0, ref w1, ref w2, ref w3, seed);
                for (int pair = 0; pair < BlockNormals / 2; pair++)
                {
                    StorePair(w0, w1, ref Unsafe.Add(ref destination, start + lane + 2 * pair * GroupBlocks));
                    (w0, w1) = (w2, w3);
                }
            }
            block += GroupBlocks;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePair<T>(T radiusWord, T angleWord, ref float destination)
        where T : struct, ILanes<T>
    {
        T radius = BoxMuller<T>.Radius(radiusWord);
        BoxMuller<T>.Direction(angleWord, out T cos, out T sin);
        (radius * cos).Store(ref destination);
        (radius * sin).Store(ref Unsafe.Add(ref destination, GroupBlocks));
    }
}

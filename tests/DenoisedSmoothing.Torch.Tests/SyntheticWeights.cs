using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Testing;

/// <summary>
/// Weights by formula, for networks too large to ship: the golden outputs in tests/Goldens were computed by the reference
/// implementations with exactly these weights and inputs.
/// </summary>
/// <remarks>
/// Entries of the state_dict are sorted by name in byte order and numbered from 1: that number is the entry's tag. Element i
/// of an entry is a function of (tag, i) alone: a hash makes u in [-0.5, 0.5), and the entry's kind scales it. Everything is
/// computed in double and rounded once to float32.
/// </remarks>
internal static class SyntheticWeights
{
    /// <summary>Overwrites every floating-point entry of the module; integer entries keep their values but count as tags.</summary>
    /// <param name="module">Any module, on any device; its state_dict must have the reference's names.</param>
    public static void Fill(nn.Module module)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        Fill(module.state_dict());
    }

    /// <summary>As <see cref="Fill(nn.Module)"/>, for a state_dict without a module; call it without a tape.</summary>
    public static void Fill(IReadOnlyDictionary<string, Tensor> entries)
    {
        uint tag = 0;
        // Names are ASCII, where ordinal order of UTF-16 is byte order.
        foreach (var (name, entry) in entries.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            tag++;
            if (!entry.is_floating_point())
                continue;
            var (offset, scale) = Distribution(name, entry.shape);
            using Tensor values = Make(tag, entry.shape, offset, scale);
            entry.copy_(values);
        }
    }

    /// <summary>An input named by a tag: uniform in [lo, hi), float32, on the CPU; the caller disposes.</summary>
    public static Tensor Input(uint tag, long[] shape, double lo = -1, double hi = 1)
    {
        using var guard = no_grad();
        return Make(tag, shape, lo, hi - lo, centre: 0.5);
    }

    /// <summary>u in [-0.5, 0.5) of one element: a multiply-xorshift hash (MurmurHash3's finaliser) of tag and index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining | MethodImplOptions.AggressiveOptimization)]
    public static double Uniform(uint tag, long index)
    {
        unchecked
        {
            uint h = (uint)index ^ (tag * 0x9E3779B9u);
            h = (h ^ (h >> 16)) * 0x85EBCA6Bu;
            h = (h ^ (h >> 13)) * 0xC2B2AE35u;
            h ^= h >> 16;
            return (h * (1.0 / 4294967296.0)) - 0.5;
        }
    }

    /// <summary>What u becomes in an entry: offset + scale * u.</summary>
    public static (double Offset, double Scale) Distribution(string name, long[] shape)
    {
        if (name.EndsWith("running_var", StringComparison.Ordinal))
            return (1, 0.5);
        if (name.EndsWith("running_mean", StringComparison.Ordinal))
            return (0, 0.2);
        if (shape.Length >= 2)
            return (0, Math.Sqrt(12.0 / shape.Skip(1).Aggregate(1L, (product, size) => product * size)));
        if (shape.Length == 1 && name.EndsWith("weight", StringComparison.Ordinal))
            return (1, 0.2);
        return (0, 0.2);
    }

    private static unsafe Tensor Make(uint tag, long[] shape, double offset, double scale, double centre = 0)
    {
        Tensor made = empty(shape, ScalarType.Float32);
        long count = made.NumberOfElements;
        if (count == 0)
            return made;
        fixed (byte* bytes = made.bytes)
        {
            float* values = (float*)bytes;
            const int chunk = 1 << 16;
            Parallel.For(0, (count + chunk - 1) / chunk, block =>
            {
                long end = Math.Min(count, (block + 1) * chunk);
                Fill(new Span<float>(values + (block * chunk), (int)(end - (block * chunk))), tag, block * chunk, offset, scale, centre);
            });
        }

        return made;
    }

    // Half a billion elements for the largest network: optimised in Debug builds too.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fill(Span<float> values, uint tag, long start, double offset, double scale, double centre)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(offset + ((Uniform(tag, start + i) + centre) * scale));
    }
}

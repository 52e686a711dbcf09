using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing;

/// <summary>
/// A number for the present values of many tensors, computed on their device: it shows that weights on a GPU have changed without copying
/// them to the host. It only detects changes: it does not name a function, and does not resist deliberate collisions.
/// </summary>
/// <remarks>
/// The sum over all values, modulo 2^64, of the value's bits times its own odd number. A change of one value always changes the sum, since
/// odd numbers have inverses; other changes escape once in 2^64. Whole numbers give the same sum in any order. NaN and the two infinities
/// are not told apart; with any of them a network has no scores anyway.
/// </remarks>
internal static class WeightDigest
{
    // This many weights are joined at a time, so that a group takes a dozen operations: about 300 MB of memory meanwhile.
    private const long GroupValues = 1 << 23;
    private const long Golden = unchecked((long)0x9E3779B97F4A7C15), Mix = unchecked((long)0xBF58476D1CE4E5B9);

    /// <summary>The digest.</summary>
    /// <param name="tensors">On one device, in a fixed order.</param>
    public static long Of(IEnumerable<Tensor> tensors)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable guard = no_grad();
        List<Tensor> sums = [], group = [];
        long values = 0, position = 0;
        foreach (Tensor tensor in tensors)
        {
            if (tensor.numel() == 0)
                continue;
            if (group.Count > 0 && group[0].dtype != tensor.dtype)
                Take();
            group.Add(tensor.detach().reshape(-1));
            if ((values += tensor.numel()) >= GroupValues)
                Take();
        }

        Take();
        return sums.Count == 0 ? 0 : stack(sums).sum().cpu().item<long>();

        void Take()
        {
            if (group.Count == 0)
                return;
            using DisposeScope inner = NewDisposeScope();
            Tensor words = Bits(group.Count == 1 ? group[0] : cat(group));
            Tensor multipliers = Counting(position, position + words.numel(), ScalarType.Int64, words.device).mul_(Kept(Golden));
            multipliers.bitwise_xor_(multipliers.bitwise_right_shift(31)).mul_(Kept(Mix)).bitwise_or_(1);
            sums.Add(words.mul_(multipliers).sum().MoveToOuterDisposeScope());
            position += words.numel();
            group.Clear();
            values = 0;
        }
    }

    // TorchSharp has no view of another type: mantissa, exponent and sign as one whole number, which no two float32 share.
    private static Tensor Bits(Tensor flat)
    {
        if (!flat.is_floating_point())
            return flat.to_type(ScalarType.Int64);
        bool wide = flat.dtype == ScalarType.Float64;
        (Tensor mantissa, Tensor exponent) = frexp(wide ? flat : flat.to_type(ScalarType.Float32));
        Tensor bits = mantissa.mul_(Kept(wide ? 1L << 53 : 1L << 24)).to_type(ScalarType.Int64).mul_(Kept(1 << 11)).PlusInPlace(exponent);
        return bits.PlusInPlace(flat.signbit().to_type(ScalarType.Int64).mul_(Kept(1L << 62)));
    }
}

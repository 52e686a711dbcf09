using DenoisedSmoothing.Kernels;

namespace DenoisedSmoothing.Torch.Tests.Kernels;

/// <summary>
/// Tensor cores by the processor. Factors are cut to 19 bits, and after every four products the sum is cut to float32, where float32 itself
/// would round. See Khattak and Mikaitis 2025 for what cards do.
/// </summary>
/// <param name="aligned">Also cuts each product, and the sum before it is added, where the largest of them has its 25th bit, as cards
/// are found to do; or adds them exactly.</param>
internal sealed unsafe class CpuTensorCores(bool aligned = false) : ITensorCores
{
    private const int Step = 4;

    // Of float32, and one more.
    private const int AlignedBits = 24 + 1;

    /// <summary>What was asked for, in order.</summary>
    public List<TensorProduct> Asked { get; } = [];

    /// <summary>What a product throws; null for nothing.</summary>
    public Exception? Fails { get; init; }

    public void Multiply(in TensorProduct product)
    {
        if (Fails is not null)
            throw Fails;
        TensorProduct p = product;
        lock (Asked)
            Asked.Add(p);
        float[] weights = new float[p.Results * p.Terms];
        for (int i = 0; i < weights.Length; i++)
            weights[i] = Cut((float*)p.W + (long)(i / p.Terms) * p.WPitch + i % p.Terms);
        Parallel.For(0, p.Rows, row =>
        {
            float[] x = new float[p.Terms];
            for (int i = 0; i < x.Length; i++)
                x[i] = Cut((float*)p.X + (long)row * p.XPitch + i);
            float* y = (float*)p.Y + (long)row * p.Results;
            for (int result = 0; result < p.Results; result++)
            {
                // cuBLAS adds what is there behind the sum, in float32.
                float sum = Sum(x, weights.AsSpan(result * p.Terms, p.Terms));
                y[result] = p.Adds ? y[result] + sum : sum;
            }
        });
    }

    private float Sum(ReadOnlySpan<float> x, ReadOnlySpan<float> w)
    {
        float sum = 0;
        for (int i = 0; i < x.Length; i += Step)
        {
            int end = Math.Min(i + Step, x.Length);
            double unit = aligned ? Unit(sum, x[i..end], w[i..end]) : 0, four = CutTo(sum, unit);
            for (int j = i; j < end; j++)
                four += CutTo((double)x[j] * w[j], unit);
            sum = TowardZero(four);
        }

        return sum;
    }

    private static double Unit(float sum, ReadOnlySpan<float> x, ReadOnlySpan<float> w)
    {
        double largest = Math.Abs(sum);
        for (int i = 0; i < x.Length; i++)
            largest = Math.Max(largest, Math.Abs((double)x[i] * w[i]));
        return largest > 0 && double.IsFinite(largest) ? Math.ScaleB(1, Math.ILogB(largest) - (AlignedBits - 1)) : 0;
    }

    private static double CutTo(double value, double unit) => unit == 0 ? value : Math.Truncate(value / unit) * unit;

    private static float Cut(float* value) => BitConverter.UInt32BitsToSingle(*(uint*)value & 0xffffe000u);

    private static float TowardZero(double value)
    {
        float nearest = (float)value;
        return Math.Abs((double)nearest) <= Math.Abs(value) || !double.IsFinite(value)
            ? nearest
            : MathF.BitDecrement(Math.Abs(nearest)) * Math.Sign(value);
    }
}

using DenoisedSmoothing.Kernels;

namespace DenoisedSmoothing.Torch.Tests.Kernels;

/// <summary>
/// Tensor cores by the processor, no better than the worst of them: factors are cut to 19 bits, and after every four products the sum is
/// cut to float32, where float32 itself would round.
/// </summary>
internal sealed unsafe class CpuTensorCores : ITensorCores
{
    private const int Step = 4;

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

    private static float Sum(ReadOnlySpan<float> x, ReadOnlySpan<float> w)
    {
        float sum = 0;
        for (int i = 0; i < x.Length; i += Step)
        {
            double four = sum;
            for (int j = i; j < Math.Min(i + Step, x.Length); j++)
                four += (double)x[j] * w[j];
            sum = TowardZero(four);
        }

        return sum;
    }

    private static float Cut(float* value) => BitConverter.UInt32BitsToSingle(*(uint*)value & 0xffffe000u);

    private static float TowardZero(double value)
    {
        float nearest = (float)value;
        return Math.Abs((double)nearest) <= Math.Abs(value) || !double.IsFinite(value)
            ? nearest
            : MathF.BitDecrement(Math.Abs(nearest)) * Math.Sign(value);
    }
}

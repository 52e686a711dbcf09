using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Testing;

/// <summary>
/// f(x) = 1 where w.x + b is above 0. Noise of any sigma leaves the smoothed answer as it is, so the exact radius at x is |w.x + b| / ||w||
/// (Cohen et al. 2019, appendix B), and pA there is Phi(radius / sigma).
/// </summary>
internal sealed class LinearClassifier(double[] weights, double bias) : IBaseClassifier
{
    public int ClassCount => 2;

    public Tensor Score(Tensor noisy, NoiseContext noise)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor margin = noisy.flatten(1).to_type(ScalarType.Float64).matmul(tensor(weights)).add_(bias);
        return stack([zeros_like(margin), margin], 1).MoveToOuterDisposeScope();
    }

    public int LabelOf(float[] image) => Margin(image) > 0 ? 1 : 0;

    public double RadiusAt(float[] image) => Math.Abs(Margin(image)) / Math.Sqrt(weights.Sum(w => w * w));

    private double Margin(float[] image) => image.Zip(weights, (x, w) => x * w).Sum() + bias;
}

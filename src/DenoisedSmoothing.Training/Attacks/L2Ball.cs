using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training.Attacks;

/// <summary>The balls of l2.</summary>
internal sealed class L2Ball : NormBall
{
    public static readonly L2Ball Instance = new();

    // torch.renorm's: keeps a shortened row from coming out a rounding too long.
    private const double Slack = 1e-7;

    public override Tensor Length(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return images.flatten(1).norm(1, keepdim: true, p: 2f).reshape(PerImage(images));
    }

    public override Tensor Shrink(Tensor perturbations, double radius)
    {
        Tensor length = Length(perturbations);
        return where(length > Kept(radius), perturbations * (Kept(radius) / length.Plus(Slack)), perturbations);
    }

    public override Tensor Steepest(Tensor slope, Tensor points)
    {
        Tensor length = Length(slope);
        return where(length > Kept(0), slope / length, zeros_like(slope));
    }

    private protected override double Distance(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        double sum = 0;
        for (int i = 0; i < one.Length; i++)
        {
            double difference = (double)one[i] - other[i];
            sum += difference * difference;
        }

        return Math.Sqrt(sum);
    }
}

using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training.Attacks;

/// <summary>The l2 balls.</summary>
internal sealed class L2Ball : NormBall
{
    public static readonly L2Ball Instance = new();

    // From torch.renorm: keeps a shortened row from being too long by a rounding.
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

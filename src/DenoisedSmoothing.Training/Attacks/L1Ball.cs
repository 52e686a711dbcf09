using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training.Attacks;

/// <summary>The l1 balls, in which attacks are sparse: length is best spent where the slope is steepest.</summary>
internal sealed class L1Ball : NormBall
{
    public static readonly L1Ball Instance = new();

    /// <summary>
    /// The share of values that a step moves, all by the same length. A single value, the steepest of all, soon reaches the end of its
    /// range (F. Tramer and D. Boneh, "Adversarial training and robustness for multiple perturbations", NeurIPS 2019).
    /// </summary>
    private const double Share = .05;

    public override Tensor Length(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return images.flatten(1).abs().sum(1, keepdim: true).reshape(PerImage(images));
    }

    /// <summary>Moves all values towards 0 by one length, and none beyond: the nearest point of the ball (Duchi et al. 2008).</summary>
    public override Tensor Shrink(Tensor perturbations, double radius)
    {
        ArgumentNullException.ThrowIfNull(perturbations);
        Tensor size = perturbations.flatten(1).abs().to_type(ScalarType.Float64);
        (Tensor falling, _) = size.sort(1, descending: true);
        Tensor rank = Counting(1, falling.shape[1] + 1, ScalarType.Float64, falling.device);
        Tensor cut = (falling.cumsum(1) - Kept(radius)) / rank; // what brings the largest k values to the radius together
        Tensor last = (falling > cut).sum(1, keepdim: true, ScalarType.Int64).clamp_min(Kept(1)) - Kept(1);
        Tensor length = cut.gather(1, last).clamp_min(Kept(0)).reshape(PerImage(perturbations)).to_type(perturbations.dtype);
        return perturbations.sign() * (perturbations.abs() - length).clamp_min(Kept(0));
    }

    /// <summary>Spread evenly over the steepest values that are not yet at the end of their range.</summary>
    public override Tensor Steepest(Tensor slope, Tensor points)
    {
        ArgumentNullException.ThrowIfNull(slope);
        ArgumentNullException.ThrowIfNull(points);
        Tensor atEnd = points.le(Kept(0)).logical_and(slope.lt(Kept(0))).logical_or(points.ge(Kept(1)).logical_and(slope.gt(Kept(0))));
        Tensor free = where(atEnd, zeros_like(slope), slope).flatten(1);
        (_, Tensor steepest) = free.abs().topk(Math.Max(1, (int)(Share * free.shape[1])), 1);
        Tensor signs = zeros_like(free).scatter(1, steepest, free.gather(1, steepest).sign()).reshape(slope.shape);
        return signs / Length(signs).clamp_min(Kept(1));
    }

    private protected override double Distance(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        double sum = 0;
        for (int i = 0; i < one.Length; i++)
            sum += Math.Abs((double)one[i] - other[i]);
        return sum;
    }
}

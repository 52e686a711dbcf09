using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training.Attacks;

/// <summary>
/// An attack on the arithmetic, not on the classifier: moves all pixels by a tiny power of two, or rounds them to multiples of one, so that
/// the low bits of image plus noise change, and keeps the change after which the fewest noisy copies vote for the label.
/// </summary>
/// <remarks>
/// Noise that is rounded when it is added leaves a trace of the image in the low bits of the sum (Jin et al. 2022; Voracek and Hein
/// 2023). A base classifier that reads them can be changed by moves far below any radius, which no theorem about exact noise covers.
/// </remarks>
public sealed class LowBitsAttack : IAttack
{
    /// <summary>The largest power tried is 2^-FirstBit, in [1, 30].</summary>
    /// <value>12.</value>
    public int FirstBit { get; init => field = Bit(value, nameof(FirstBit)); } = 12;

    /// <summary>The smallest power tried is 2^-LastBit, in [1, 30]: below 2^-24 only dark pixels change.</summary>
    /// <value>27.</value>
    public int LastBit { get; init => field = Bit(value, nameof(LastBit)); } = 27;

    /// <summary>Noisy copies that vote on each change, above 0.</summary>
    /// <value>64.</value>
    public int Draws { get; init => field = Trainable.AtLeast(1, value, nameof(Draws)); } = 64;

    /// <inheritdoc/>
    public string Settings => string.Create(CultureInfo.InvariantCulture, $"low bits; bits={FirstBit}..{LastBit}; draws={Draws}");

    /// <inheritdoc/>
    public Tensor Run(AttackTarget target, Tensor images, Tensor labels, double radius, StepRandom random)
    {
        AttackArguments.Check(target, images, labels, radius, random);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor best = images.clone();
        Tensor? fewest = null;
        foreach (Tensor candidate in Candidates(target.Ball, images, radius))
        {
            if (!target.Affords(Draws * images.shape[0]))
                break;
            Tensor share = target.VoteShares(candidate, Draws, random).gather(1, labels.unsqueeze(1))
                .reshape([images.shape[0], .. Enumerable.Repeat(1L, (int)images.dim() - 1)]);
            best = fewest is null ? best : where(share < fewest, candidate, best);
            fewest = fewest is null ? share : minimum(share, fewest);
        }

        return best.MoveToOuterDisposeScope();
    }

    // The images themselves first: only what does better than them is an attack.
    private IEnumerable<Tensor> Candidates(NormBall ball, Tensor images, double radius)
    {
        yield return images;
        for (int bit = FirstBit; bit <= LastBit; bit++)
        {
            double step = Math.ScaleB(1, -bit);
            yield return images.Plus(ball.Project(images, full_like(images, Kept(step)), radius));
            yield return images.Plus(ball.Project(images, full_like(images, Kept(-step)), radius));
            yield return images.Plus(ball.Project(images, (images / Kept(step)).round() * Kept(step) - images, radius));
        }
    }

    private static int Bit(int value, string name) => value is >= 1 and <= 30 ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} must be in [1, 30].");
}

using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training.Attacks;

/// <summary>
/// Decoupled direction and norm (Rony et al. 2019, under noise as Salman et al. 2019): looks for the shortest perturbation that changes the
/// vote, shortening its target length where the vote changed and lengthening it where it did not.
/// </summary>
/// <remarks>
/// An image whose vote never changed, or is wrong from the start, is returned unchanged. With one step that is every image: a perturbation
/// is judged before it moves.
/// </remarks>
public sealed class DdnAttack : IAttack
{
    /// <summary>Steps, above 0.</summary>
    /// <value>20.</value>
    public int Steps { get; init => field = Trainable.AtLeast(1, value, nameof(Steps)); } = 20;

    /// <summary>
    /// Noisy copies from which gradient and vote come; the same ones in all steps, so that lengths can be compared. Above 0.
    /// </summary>
    /// <value>16.</value>
    public int Draws { get; init => field = Trainable.AtLeast(1, value, nameof(Draws)); } = 16;

    /// <summary>The target length to start from, above 0.</summary>
    /// <value>Null: the radius.</value>
    public double? InitialNorm { get; init => field = value is null or > 0 ? value
        : throw new ArgumentOutOfRangeException(nameof(InitialNorm), value, "InitialNorm must be above 0."); }

    /// <summary>The share by which the target length changes in a step, in (0,1).</summary>
    /// <value>0.05.</value>
    public double Gamma { get; init => field = value is > 0 and < 1 ? value
        : throw new ArgumentOutOfRangeException(nameof(Gamma), value, "Gamma must be in (0,1)."); } = 0.05;

    /// <summary>
    /// Rounds images to this many grey levels in every step, at least 2, as well as the result's perturbation, which may then leave the
    /// ball by half a level per pixel.
    /// </summary>
    /// <value>Null: no rounding. The authors use 256.</value>
    public int? Levels { get; init => field = value is null or >= 2 ? value
        : throw new ArgumentOutOfRangeException(nameof(Levels), value, "Levels must be at least 2."); }

    /// <inheritdoc/>
    public string Settings => string.Create(CultureInfo.InvariantCulture,
        $"DDN; steps={Steps}; draws={Draws}; initial norm={InitialNorm?.ToString(CultureInfo.InvariantCulture) ?? "radius"}; " +
        $"gamma={Gamma}; levels={Levels?.ToString(CultureInfo.InvariantCulture) ?? "none"}");

    /// <inheritdoc/>
    public Tensor Run(AttackTarget target, Tensor images, Tensor labels, double radius, StepRandom random)
    {
        AttackArguments.Check(target, images, labels, radius, random);
        using DisposeScope scope = NewDisposeScope();
        return Run(target, images, labels, radius, target.Noise(images, Draws, random), random).MoveToOuterDisposeScope();
    }

    /// <summary>Attacks under given noise, such as noise that a training step reuses for its loss.</summary>
    /// <param name="target">The base classifier.</param>
    /// <param name="images">[B,C,H,W] in [0,1].</param>
    /// <param name="labels">[B].</param>
    /// <param name="radius">Above 0.</param>
    /// <param name="noise">One tensor [B,C,H,W] for each copy, with the target's sigma; replaces <see cref="Draws"/>.</param>
    /// <param name="random">Inner draws, for a stochastic base classifier.</param>
    /// <returns>As <see cref="IAttack.Run"/>.</returns>
    public Tensor Run(AttackTarget target, Tensor images, Tensor labels, double radius, IReadOnlyList<Tensor> noise, StepRandom random)
    {
        AttackArguments.Check(target, images, labels, radius, random);
        ArgumentNullException.ThrowIfNull(noise);
        using DisposeScope scope = NewDisposeScope();
        NormBall ball = target.Ball;
        Tensor longest = ball.Length(maximum(images, images.SubtractedFrom(1))); // no perturbation within the box is longer
        Tensor delta = zeros_like(images), best = zeros_like(images);
        Tensor norm = full_like(longest, Kept(InitialNorm ?? radius)), bestNorm = longest;
        for (int step = 0; step < Steps && target.Affords(noise.Count * images.shape[0]); step++)
        {
            (Tensor direction, Tensor vote) = SmoothedGradient.Of(target, images.Plus(delta), labels, noise, exact: true, random);
            Tensor changed = vote.ne(labels).reshape(longest.shape), length = ball.Length(delta);
            Tensor better = changed.logical_and(length < bestNorm);
            (best, bestNorm) = (where(better, delta, best), where(better, length, bestNorm));

            norm = minimum(norm * where(changed, full_like(norm, Kept(1 - Gamma)), full_like(norm, Kept(1 + Gamma))), longest);
            Tensor moved = delta.Plus(Kept(StepLength(step)) * direction);
            Tensor rescaled = moved * (norm / ball.Length(moved).clamp_min(Kept(1e-30)));
            delta = Rounded(images.Plus(rescaled)).clamp(Kept(0), Kept(1)) - images;
        }

        Tensor shortened = ball.Shrink(best, radius);
        return images.Plus(Rounded(shortened)).MoveToOuterDisposeScope();
    }

    // A cosine from 1 to .01, of which the first value is never used.
    private double StepLength(int step) => .01 + .99 * (1 + Math.Cos(Math.PI * (step + 1) / Steps)) / 2;

    private Tensor Rounded(Tensor values) => Levels is { } levels ? (values * Kept(levels - 1)).round() / Kept(levels - 1) : values;
}

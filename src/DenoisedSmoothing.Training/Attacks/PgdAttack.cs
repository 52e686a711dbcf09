using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training.Attacks;

/// <summary>
/// Projected gradient ascent on -log of the label's mean probability under noise (Salman et al. 2019): steps of fixed length along the
/// averaged gradient, clamped to [0,1], shortened to the radius. Under noise that certifies l1, steps are sparse.
/// </summary>
public sealed class PgdAttack : IAttack
{
    /// <summary>Steps, above 0.</summary>
    /// <value>20.</value>
    public int Steps { get; init => field = Trainable.AtLeast(1, value, nameof(Steps)); } = 20;

    /// <summary>Noisy copies over which a step's gradient is averaged, above 0.</summary>
    /// <value>16.</value>
    public int Draws { get; init => field = Trainable.AtLeast(1, value, nameof(Draws)); } = 16;

    /// <summary>The length of a step, in radii divided by steps, above 0: 2 can cross the ball.</summary>
    /// <value>2, the authors' value.</value>
    public double Reach { get; init => field = Trainable.Positive(value, nameof(Reach)); } = 2;

    /// <summary>Whether each step has its own noise; otherwise all share that of the first, as in SmoothAdv's training.</summary>
    /// <value>True.</value>
    public bool FreshNoise { get; init; } = true;

    /// <summary>
    /// Whether gradients are computed; otherwise they are estimated from only probabilities (Stein's identity; under uniform noise, the
    /// best linear fit): a black-box attack.
    /// </summary>
    /// <value>True.</value>
    public bool UsesGradients { get; init; } = true;

    /// <inheritdoc/>
    public string Settings => string.Create(CultureInfo.InvariantCulture,
        $"PGD; steps={Steps}; draws={Draws}; reach={Reach}; noise={(FreshNoise ? "fresh" : "shared")}; " +
        $"gradients={(UsesGradients ? "exact" : "estimated")}");

    /// <inheritdoc/>
    public Tensor Run(AttackTarget target, Tensor images, Tensor labels, double radius, StepRandom random)
    {
        AttackArguments.Check(target, images, labels, radius, random);
        using DisposeScope scope = NewDisposeScope();
        IReadOnlyList<Tensor> shared = FreshNoise ? [] : Draw();
        return Run(target, images, labels, radius, () => FreshNoise ? Draw() : shared, random).MoveToOuterDisposeScope();

        IReadOnlyList<Tensor> Draw() => target.Noise(images, Draws, random);
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
        return Run(target, images, labels, radius, () => noise, random).MoveToOuterDisposeScope();
    }

    private Tensor Run(AttackTarget target, Tensor images, Tensor labels, double radius, Func<IReadOnlyList<Tensor>> noise,
        StepRandom random)
    {
        Tensor delta = zeros_like(images);
        for (int step = 0; step < Steps; step++)
        {
            using DisposeScope scope = NewDisposeScope();
            IReadOnlyList<Tensor> draws = noise();
            if (!target.Affords(draws.Count * images.shape[0]))
                break;
            (Tensor direction, _) = SmoothedGradient.Of(target, images.Plus(delta), labels, draws, UsesGradients, random);
            delta = target.Ball.Project(images, delta.Plus(Kept(Reach * radius / Steps) * direction), radius).MoveToOuterDisposeScope();
        }

        return images.Plus(delta);
    }
}

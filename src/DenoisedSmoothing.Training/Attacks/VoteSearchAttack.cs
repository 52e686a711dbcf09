using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training.Attacks;

/// <summary>
/// A black-box attack that sees only labels: moves on the sphere of the given radius by random turns, and keeps a turn where fewer noisy
/// copies vote for the label.
/// </summary>
/// <remarks>
/// Each comparison is made under the same fresh noise on both sides, so that luck with the noise is not mistaken for a better direction.
/// </remarks>
public sealed class VoteSearchAttack : IAttack
{
    /// <summary>Turns tried, above 0.</summary>
    /// <value>100.</value>
    public int Steps { get; init => field = Trainable.AtLeast(1, value, nameof(Steps)); } = 100;

    /// <summary>Noisy copies that vote on each side of a comparison, above 0.</summary>
    /// <value>64.</value>
    public int Draws { get; init => field = Trainable.AtLeast(1, value, nameof(Draws)); } = 64;

    /// <summary>The length of a turn in radii, above 0; it shrinks by half each time ten turns in a row have failed.</summary>
    /// <value>1.</value>
    public double Turn { get; init => field = Trainable.Positive(value, nameof(Turn)); } = 1;

    /// <inheritdoc/>
    public string Settings => string.Create(CultureInfo.InvariantCulture, $"vote search; steps={Steps}; draws={Draws}; turn={Turn}");

    /// <inheritdoc/>
    public Tensor Run(AttackTarget target, Tensor images, Tensor labels, double radius, StepRandom random)
    {
        AttackArguments.Check(target, images, labels, radius, random);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        NormBall ball = target.Ball;
        long[] perImage = [images.shape[0], .. Enumerable.Repeat(1L, (int)images.dim() - 1)];
        Tensor delta = zeros_like(images), turn = full(perImage, Kept(Turn), images.dtype, images.device),
            failed = zeros(perImage, ScalarType.Int64, images.device);
        for (int step = 0; step < Steps && target.Affords(2 * Draws * images.shape[0]); step++)
        {
            Tensor moved = delta.Plus(turn * Kept(radius) * ball.Steepest(random.Normal(images), images.Plus(delta)));
            // Back on the sphere: inside it an attack is weaker, and the box may have shortened the last one.
            Tensor candidate = ball.Project(images, moved * (Kept(radius) / ball.Length(moved)), radius);
            IReadOnlyList<Tensor> noise = target.Noise(images, Draws, random);
            Tensor better = Hits(target, images.Plus(candidate), labels, noise, random)
                .lt(Hits(target, images.Plus(delta), labels, noise, random))
                .reshape(perImage);
            delta = where(better, candidate, delta);
            failed = where(better, zeros_like(failed), failed.Plus(1));
            turn = where(failed.remainder(Kept(10)).eq(Kept(9)), turn / Kept(2), turn);
        }

        return images.Plus(delta).MoveToOuterDisposeScope();
    }

    private static Tensor Hits(AttackTarget target, Tensor images, Tensor labels, IReadOnlyList<Tensor> noise, StepRandom random)
    {
        Tensor hits = zeros_like(labels);
        int at = 0;
        foreach (int part in target.Parts(noise.Count, images.shape[0]))
        {
            Tensor scores = target.Scores(Trainable.Noisy(images, [.. noise.Skip(at).Take(part)]), random);
            hits = hits.Plus(scores.argmax(1).reshape(part, -1).eq(labels).sum([0]));
            at += part;
        }

        return hits;
    }
}

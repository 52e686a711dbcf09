using System.Globalization;
using DenoisedSmoothing.Noise;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training.Attacks;

/// <summary>
/// The attack of one who knows the seed: makes the very noise that will be drawn, and moves the image so that just those copies vote
/// otherwise.
/// </summary>
/// <remarks>
/// It can change an answer that is drawn under a published seed, inside any certified radius, while the smoothed classifier's answer
/// stays what it is: so predictions take a fresh seed each, and a certificate's seed is drawn after the image is known. One image at a
/// time.
/// </remarks>
public sealed class KnownSeedAttack : IAttack
{
    private readonly ulong _seed;
    private readonly long _imageIndex;
    private readonly VotePhase _phase;

    /// <summary>Attacks what will be drawn for one image.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="imageIndex">The image's index.</param>
    /// <param name="phase">What the votes will be for.</param>
    public KnownSeedAttack(ulong seed, long imageIndex = 0, VotePhase phase = VotePhase.Prediction) =>
        (_seed, _imageIndex, _phase) = (seed, imageIndex, phase);

    /// <summary>How many of the copies that will be drawn are attacked, from the first on; above 0.</summary>
    /// <value>100.</value>
    public int Draws { get; init => field = Trainable.AtLeast(1, value, nameof(Draws)); } = 100;

    /// <summary>Steps, above 0.</summary>
    /// <value>20.</value>
    public int Steps { get; init => field = Trainable.AtLeast(1, value, nameof(Steps)); } = 20;

    /// <inheritdoc/>
    public string Settings => string.Create(CultureInfo.InvariantCulture, $"known seed; phase={_phase}; draws={Draws}; steps={Steps}");

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">More than one image is given: noise belongs to an image's index.</exception>
    public Tensor Run(AttackTarget target, Tensor images, Tensor labels, double radius, StepRandom random)
    {
        AttackArguments.Check(target, images, labels, radius, random);
        if (images.shape[0] != 1)
            throw new ArgumentException($"Noise belongs to one image's index: give one image, not {images.shape[0]}.", nameof(images));
        using DisposeScope scope = NewDisposeScope();
        Tensor[] noise = [.. Enumerable.Range(0, Draws).Select(sample => Draw(images, target.Sigma, sample))];
        return new PgdAttack { Steps = Steps }.Run(target, images, labels, radius, noise, random).MoveToOuterDisposeScope();
    }

    private Tensor Draw(Tensor image, double sigma, int sample)
    {
        float[] normals = new float[image.numel()];
        GaussianNoise.Fill(_seed, new NoiseCoordinate(0, _imageIndex, _phase, sample), normals);
        return tensor(normals, image.shape).mul_(sigma).to(image.dtype, image.device);
    }
}

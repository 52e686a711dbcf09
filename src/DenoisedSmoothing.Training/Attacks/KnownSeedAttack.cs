using System.Globalization;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Votes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training.Attacks;

/// <summary>
/// The attack of an adversary who knows the seed: makes exactly the noise that will be drawn, and moves the image so that just those copies
/// vote differently.
/// </summary>
/// <remarks>
/// It can change an answer that is drawn under a published seed, inside any certified radius, while the smoothed classifier's answer stays
/// the same: so predictions use a fresh seed each, and a certificate's seed is drawn after the image is known. One image at a time.
/// </remarks>
public sealed class KnownSeedAttack : IAttack
{
    private readonly ISmoothingNoise _noise;
    private readonly ulong _seed;
    private readonly long _imageIndex;
    private readonly VotePhase _phase;

    /// <summary>Attacks what will be drawn for one image.</summary>
    /// <param name="noise">The noise of the smoothed classifier.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="imageIndex">The image's index.</param>
    /// <param name="phase">What the votes will be for.</param>
    public KnownSeedAttack(ISmoothingNoise noise, ulong seed, long imageIndex = 0, VotePhase phase = VotePhase.Prediction)
    {
        ArgumentNullException.ThrowIfNull(noise);
        (_noise, _seed, _imageIndex, _phase) = (noise, seed, imageIndex, phase);
    }

    /// <summary>How many of the copies to be drawn are attacked, from the first on; above 0.</summary>
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
        Tensor[] noise = [.. Enumerable.Range(0, Draws).Select(sample => Draw(images, sample))];
        return new PgdAttack { Steps = Steps }.Run(target, images, labels, radius, noise, random).MoveToOuterDisposeScope();
    }

    private Tensor Draw(Tensor image, int sample)
    {
        using Tensor host = image.detach().to(ScalarType.Float32).cpu().contiguous();
        float[] clean = host.data<float>().ToArray(), noisy = new float[clean.Length];
        _noise.AddTo(_seed, new NoiseCoordinate(0, _imageIndex, _phase, sample), clean, noisy);
        return tensor(noisy, image.shape).sub_(host).to(image.dtype, image.device);
    }
}

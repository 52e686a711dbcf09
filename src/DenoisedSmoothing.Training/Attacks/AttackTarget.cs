using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Votes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training.Attacks;

/// <summary>A base classifier as an attacker sees it: scores of noisy images with their gradients, counted against a budget.</summary>
/// <remarks>Not safe for concurrent use.</remarks>
public sealed class AttackTarget
{
    private readonly Func<Tensor, NoiseContext, Tensor> _score;
    private readonly ISmoothingNoise? _law;

    /// <summary>Attacks the smoothed base classifier, under noise of the law with which it is smoothed.</summary>
    /// <param name="classifier">Its networks in evaluation mode.</param>
    /// <param name="noise">The noise of the smoothed classifier; the attacker draws it under separate seeds.</param>
    public AttackTarget(IBaseClassifier classifier, ISmoothingNoise noise)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(noise);
        (_score, _law, Sigma, Norm) = (classifier.Score, noise, noise.Level.Certified, noise.Norm);
    }

    /// <summary>Attacks a classifier smoothed without a denoiser, as in training.</summary>
    /// <param name="classifier">Its network in evaluation mode.</param>
    /// <param name="sigma">The smoothing noise per pixel, in [0,1] pixel space; finite, above 0.</param>
    public AttackTarget(IClassifier classifier, double sigma)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        (_score, Sigma) = ((noisy, _) => classifier.Classify(noisy), Trainable.Sigma(sigma));
    }

    /// <summary>The smoothing noise per pixel, in [0,1] pixel space.</summary>
    public double Sigma { get; }

    /// <summary>The norm that the noise certifies, in which attacks measure how far an image is moved.</summary>
    /// <value>l2, unless the noise says otherwise.</value>
    public Norm Norm { get; }

    /// <summary>How many noisy images may be scored in all, at least 0.</summary>
    /// <value>No limit.</value>
    public long Budget { get; init => field = Trainable.AtLeast(0, value, nameof(Budget)); } = long.MaxValue;

    /// <summary>Noisy images in one pass through the networks, above 0; bounds memory.</summary>
    /// <value>128.</value>
    public int Batch { get; init => field = Trainable.AtLeast(1, value, nameof(Batch)); } = 128;

    /// <summary>Stops an attack before the next noisy images are scored.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Noisy images scored so far.</summary>
    public long Spent { get; private set; }

    /// <summary>Where perturbations may be.</summary>
    internal NormBall Ball => NormBall.Of(Norm);

    /// <summary>Whether the budget has this many noisy images left.</summary>
    /// <param name="count">How many are wanted.</param>
    public bool Affords(long count) => Budget - Spent >= count;

    /// <summary>Scores noisy images, with gradients where the images ask for them.</summary>
    /// <param name="noisy">[N,C,H,W].</param>
    /// <param name="random">Inner draws, for a stochastic base classifier.</param>
    /// <returns>[N,K].</returns>
    /// <exception cref="OperationCanceledException"><see cref="Cancellation"/> was cancelled.</exception>
    public Tensor Scores(Tensor noisy, StepRandom random)
    {
        ArgumentNullException.ThrowIfNull(noisy);
        ArgumentNullException.ThrowIfNull(random);
        Cancellation.ThrowIfCancellationRequested();
        Spent += noisy.shape[0];
        return _score(noisy, random.NoiseContext(Sigma, noisy));
    }

    /// <summary>The share of votes that each class has, without gradients.</summary>
    /// <param name="images">[B,C,H,W].</param>
    /// <param name="draws">Noisy copies of each image, above 0.</param>
    /// <param name="random">The noise.</param>
    /// <returns>float64 [B,K]; a fresh tensor.</returns>
    public Tensor VoteShares(Tensor images, int draws, StepRandom random)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor? shares = null;
        foreach (int part in Parts(draws, images.shape[0]))
        {
            Tensor scores = Scores(Noisy(images, part, random), random);
            Tensor votes = nn.functional.one_hot(scores.argmax(1), scores.shape[1]).to_type(ScalarType.Float64)
                .reshape(part, -1, scores.shape[1]).sum([0]);
            shares = shares is null ? votes : shares.PlusInPlace(votes);
        }

        return shares!.div_(Kept(draws)).MoveToOuterDisposeScope();
    }

    /// <summary>Noisy copies, [draws B,C,H,W]: all images with the first draw, then all with the second.</summary>
    internal Tensor Noisy(Tensor images, int draws, StepRandom random) => _law is null
        ? Trainable.Noisy(images, Trainable.Noise(images, Sigma, draws, random))
        : Drawn(images, draws, random, _law);

    /// <summary>The noise for several draws, [B,C,H,W] each, to be added to other images near these.</summary>
    internal IReadOnlyList<Tensor> Noise(Tensor images, int draws, StepRandom random) => _law is null
        ? Trainable.Noise(images, Sigma, draws, random)
        : [.. Drawn(images, draws, random, _law).sub(images.repeat([draws, .. Enumerable.Repeat(1L, (int)images.dim() - 1)]))
            .chunk(draws, 0)];

    private static Tensor Drawn(Tensor images, int draws, StepRandom random, ISmoothingNoise law)
    {
        using Tensor host = images.detach().to(ScalarType.Float32).cpu().contiguous();
        float[] clean = host.data<float>().ToArray(), noisy = new float[draws * clean.Length];
        int rows = (int)images.shape[0], length = clean.Length / rows;
        ulong seed = random.Seed();
        for (int row = 0; row < draws * rows; row++)
        {
            NoiseCoordinate at = new(0, row % rows, VotePhase.Prediction, row / rows);
            law.AddTo(seed, at, clean.AsSpan(row % rows * length, length), noisy.AsSpan(row * length, length));
        }

        return tensor(noisy, [draws * rows, .. images.shape[1..]]).to(images.dtype, images.device);
    }

    /// <summary>Splits draws for several images into passes of at most <see cref="Batch"/> rows.</summary>
    internal IEnumerable<int> Parts(int draws, long images)
    {
        int most = (int)Math.Max(1, Batch / images);
        for (int left = draws; left > 0; left -= most)
            yield return Math.Min(most, left);
    }
}

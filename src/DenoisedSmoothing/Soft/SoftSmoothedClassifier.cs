using System.Diagnostics;
using System.Security.Cryptography;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Sampling;
using DenoisedSmoothing.Votes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Soft;

/// <summary>
/// A base classifier smoothed softly (Zhai et al. 2020, "soft randomized smoothing"): the answer is the class with the largest mean of
/// softmax(beta times the logits) under noise, certified by a <see cref="SoftCertifier"/>.
/// </summary>
/// <remarks>
/// The certificate of the released code, which prints it beside that from votes. It pays off for classifiers trained for it, such as by
/// MACER, and with many draws: for 100 draws with score 1 the bound is 0.82. The label comes from only the first n0 draws. Every pass has
/// <see cref="Batch"/> rows. For deterministic base classifiers. One call at a time.
/// </remarks>
public sealed class SoftSmoothedClassifier
{
    private readonly IBaseClassifier _classifier;
    private readonly ISmoothingNoise _noise;
    private readonly ulong _seed;

    /// <summary>Smooths a base classifier.</summary>
    /// <param name="classifier">Deterministic, its networks in evaluation mode; on the CPU unless <see cref="Device"/> says
    /// otherwise.</param>
    /// <param name="noise">The smoothing noise.</param>
    /// <param name="certifier">The statistics; null for MACER's, with the usual numbers.</param>
    /// <param name="seed">For reproduction; trying several and keeping the best voids alpha. Null for a fresh one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The noise is beyond what the base classifier can handle.</exception>
    public SoftSmoothedClassifier(
        IBaseClassifier classifier, ISmoothingNoise noise, SoftCertifier? certifier = null, ulong? seed = null)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(noise);
        if (PartInfo.Of(classifier).LargestSigma is var largest && noise.Level.Certified > largest)
            throw new ArgumentOutOfRangeException(nameof(noise), noise.Level.Certified, $"The base classifier reaches sigma {largest:G6}.");
        LibTorch.EnsureAvailable();
        (_classifier, _noise, Certifier) = (classifier, noise, certifier ?? new SoftCertifier());
        _seed = seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    }

    /// <summary>The statistics.</summary>
    public SoftCertifier Certifier { get; }

    /// <summary>The number of classes.</summary>
    public int ClassCount => _classifier.ClassCount;

    /// <summary>What the settings cannot do; empty when all is well.</summary>
    public IReadOnlyList<string> Warnings => Certifier.Warnings(ClassCount);

    /// <summary>Rows of every pass, at least 1.</summary>
    /// <value>100.</value>
    public int Batch { get; init => field = value >= 1 ? value
        : throw new ArgumentOutOfRangeException(nameof(Batch), value, "Batch must be at least 1."); } = 100;

    /// <summary>Where the base classifier computes.</summary>
    /// <value>The CPU.</value>
    public Device Device { get; init; } = CPU;

    /// <summary>Certifies one image, or abstains.</summary>
    /// <param name="image">A float32 tensor [C,H,W] or [1,C,H,W] in [0,1]. Its noise is a function of the seed and its index; without an
    /// index it gets one from its values.</param>
    /// <param name="cancellationToken">Cancels between batches; no certificate results.</param>
    /// <exception cref="ArgumentException">It is not an image in [0,1], or not one that the base classifier takes.</exception>
    /// <exception cref="InvalidOperationException">
    /// The base classifier draws inner noise, its scores have another shape than [rows,classes], or it changed while in use.
    /// </exception>
    public SoftCertificate Certify(SmoothingImage image, CancellationToken cancellationToken = default) =>
        Certify(image, static (_, _, _, _) => { }, cancellationToken);

    private SoftCertificate Certify(SmoothingImage image, Action<VotePhase, long, long, int> drawn, CancellationToken cancellationToken)
    {
        ReadImage read = new ImageIntake(new SeedSource(_seed, null, "soft"), PartInfo.Of(_classifier).InputShape).Read(image);
        ReplicaIdentity identity = new([_classifier], [Device]);
        ReplicaIdentity.Reading before = identity.Now();
        double[] sums = new double[_classifier.ClassCount];
        Draw(read, VotePhase.Selection, Certifier.N0, drawn, cancellationToken, scores =>
        {
            for (int label = 0; label < sums.Length; label++)
                sums[label] += double.IsNaN(scores[label]) ? 0 : scores[label];
        });
        int selected = Array.IndexOf(sums, sums.Max());
        ScoreSums[] estimation = [.. sums.Select(_ => new ScoreSums())];
        Draw(read, VotePhase.Estimation, Certifier.N, drawn, cancellationToken, scores =>
        {
            if (Certifier.Form == SoftForm.Bernstein)
            {
                estimation[selected].Add(scores[selected]);
                return;
            }

            for (int label = 0; label < sums.Length; label++)
                estimation[label].Add(scores[label]);
        });
        identity.Confirm(before);
        return Certifier.Certify(selected, estimation, _noise.RuleFor(read.Values.Length)) with
        {
            Provenance = read.ProvenanceOf(_noise, before, Device.type.ToString().ToLowerInvariant(), Batch),
        };
    }

    /// <summary>Certifies many images, each with its own certificate or error: ordered, streaming, one after another.</summary>
    /// <param name="images">Read as needed.</param>
    /// <param name="progress">Receives reports about ten times a second, on the enumerating thread.</param>
    /// <param name="cancellationToken">Cancels between batches; certificates already returned stand, no others follow.</param>
    /// <returns>Enumerating again certifies again, with the same noise and so the same certificates.</returns>
    public IEnumerable<SmoothingOutcome<SoftCertificate>> CertifyEach(
        IEnumerable<SmoothingImage> images, IProgress<SmoothingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        return Each();

        IEnumerable<SmoothingOutcome<SoftCertificate>> Each()
        {
            Stopwatch clock = Stopwatch.StartNew();
            long finished = 0, drawn = 0;
            foreach (SmoothingImage image in images)
            {
                SmoothingOutcome<SoftCertificate> outcome;
                try
                {
                    outcome = new(image, Certify(image, Drawn, cancellationToken), null);
                }
                catch (Exception e) when (e is ArgumentException or InvalidOperationException
                    || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
                {
                    outcome = new(image, null, e);
                }

                finished++;
                yield return outcome;

                void Drawn(VotePhase phase, long done, long of, int rows)
                {
                    drawn += rows;
                    if (progress is null || clock.ElapsedMilliseconds < 100)
                        return;
                    clock.Restart();
                    progress.Report(new SmoothingProgress(finished, image.Index ?? 0, phase, done, of, drawn));
                }
            }
        }
    }

    private delegate void Row(ReadOnlySpan<double> scores);

    private void Draw(
        ReadImage image, VotePhase phase, long draws, Action<VotePhase, long, long, int> drawn, CancellationToken token, Row take)
    {
        int length = image.Values.Length;
        float[] noisy = new float[Batch * length];
        for (long first = 0; first < draws; first += Batch)
        {
            token.ThrowIfCancellationRequested();
            for (int row = 0; row < Batch; row++)
            {
                NoiseCoordinate at = new(0, image.Index, phase, first + row);
                _noise.AddTo(image.Seed, at, image.Values, noisy.AsSpan(row * length, length));
            }

            using DisposeScope scope = NewDisposeScope();
            using IDisposable inference = inference_mode();
            Tensor rows = tensor(noisy, [Batch, .. image.Shape]).to(Device);
            Tensor logits = _classifier.Score(rows, new NoiseContext(_noise.Level.Certified) { CancellationToken = token });
            if (logits.dim() != 2 || logits.shape[0] != Batch || logits.shape[1] != _classifier.ClassCount)
                throw new InvalidOperationException(
                    $"The base classifier says ClassCount = {_classifier.ClassCount}, so {Batch} rows must give scores "
                    + $"[{Batch},{_classifier.ClassCount}]; it returned [{string.Join(',', logits.shape)}].");
            double[] scores = nn.functional.softmax(logits.to(ScalarType.Float64) * Kept(Certifier.Beta), 1).cpu().data<double>().ToArray();
            int wanted = (int)Math.Min(Batch, draws - first);
            for (int row = 0; row < wanted; row++)
                take(scores.AsSpan(row * _classifier.ClassCount, _classifier.ClassCount));
            drawn(phase, first + wanted, draws, wanted);
        }
    }
}

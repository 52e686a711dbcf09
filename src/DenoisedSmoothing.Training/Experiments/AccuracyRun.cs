using System.Diagnostics;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Preprocessing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Experiments;

/// <summary>
/// How often base classifiers are correct on noisy images, one draw per image: what <c>dds evaluate</c> does (the paper's Tables 4 and 5).
/// All candidates at a noise level see the same noise.
/// </summary>
public sealed record AccuracyRun
{
    /// <summary>The data set.</summary>
    public required IImageDataset Images { get; init; }

    /// <summary>Which of its images.</summary>
    /// <value>All.</value>
    public DatasetRange Range { get; init; } = new();

    /// <summary>What happens to an image before the noise; null for nothing.</summary>
    public ImagePreprocess? Preprocess { get; init; }

    /// <summary>Whether an image that cannot be read is skipped instead of ending the run.</summary>
    public bool SkipUnreadable { get; init; }

    /// <summary>What to measure.</summary>
    public required IReadOnlyList<AccuracyCandidate> Candidates { get; init; }

    /// <summary>Images per forward pass, at least 1.</summary>
    /// <value>100 unless set.</value>
    public int Batch { get; init; } = 100;

    /// <summary>The noise key.</summary>
    /// <value>1 unless set.</value>
    public ulong Seed { get; init; } = 1;

    /// <summary>Where the candidates compute, such as <c>cpu</c> or <c>cuda</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Measures.</summary>
    /// <param name="progress">Receives the number of images done, after each batch.</param>
    /// <param name="skipped">Receives each skipped image.</param>
    /// <param name="cancellationToken">Stops between forward passes; nothing results.</param>
    /// <returns>A result for each candidate, in order.</returns>
    /// <exception cref="InvalidDataException">An image cannot be read.</exception>
    /// <exception cref="InvalidOperationException">A candidate gives NaN or infinite scores.</exception>
    public IReadOnlyList<AccuracyResult> Run(
        IProgress<int>? progress = null, Action<SkippedImage>? skipped = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Batch, 1);
        AccuracyResult[] results = [.. Candidates.Select(static candidate => new AccuracyResult(candidate, 0, 0, TimeSpan.Zero))];
        int done = 0;
        foreach (int[] batch in Range.Indices(Images.Count).Chunk(Batch))
        {
            int[] readable = SkipUnreadable ? [.. batch.Where(index => IsReadable(index, skipped))] : batch;
            if (readable.Length > 0)
                Measure(readable, results, cancellationToken);
            progress?.Report(done += batch.Length);
        }

        return results;
    }

    private void Measure(int[] indices, AccuracyResult[] results, CancellationToken cancellationToken)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Device device = LibTorch.DeviceNamed(Device);
        Tensor clean = Images.ReadBatch(Preprocess, indices), labels = tensor(indices.Select(index => (long)Images.Label(index)).ToArray());
        foreach (IGrouping<double, int> level in Enumerable.Range(0, results.Length).GroupBy(i => results[i].Candidate.Sigma))
        {
            (Tensor pixels, NoiseContext noise) = level.Key == 0
                ? (clean.to(device), new NoiseContext(1)) // clean images see no denoiser, which would ask for the level
                : NoisyCopies.Draw(clean, indices, level.Key, Seed, device, cancellationToken);
            foreach (int i in level)
            {
                cancellationToken.ThrowIfCancellationRequested();
                results[i] = Score(results[i], pixels, noise, labels);
            }
        }
    }

    private static AccuracyResult Score(AccuracyResult result, Tensor pixels, NoiseContext noise, Tensor labels)
    {
        using DisposeScope scope = NewDisposeScope();
        Stopwatch clock = Stopwatch.StartNew();
        Tensor scores = result.Candidate.Classifier.Score(pixels, noise);
        if (!isfinite(scores).all().item<bool>())
            throw new InvalidOperationException(
                $"{result.Candidate.Name} at sigma {result.Candidate.Sigma} gives NaN or infinite scores: check the weights, the precision "
                + "and the input range.");
        long correct = scores.argmax(1).cpu().eq(labels).sum().item<long>();
        return result with
        {
            Correct = result.Correct + correct,
            Images = result.Images + labels.shape[0],
            Time = result.Time + clock.Elapsed,
        };
    }

    private bool IsReadable(int index, Action<SkippedImage>? skipped)
    {
        try
        {
            using Tensor image = Images.Image(index);
            return true;
        }
        catch (InvalidDataException e)
        {
            skipped?.Invoke(new SkippedImage(index, e.Message));
            return false;
        }
    }
}

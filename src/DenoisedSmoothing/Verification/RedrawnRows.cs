using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Votes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Verification;

/// <summary>The noisy rows of one image and their labels, drawn as its certificate says they were.</summary>
internal sealed class RedrawnRows(
    IBaseClassifier classifier, Device device, ISmoothingNoise noise, Provenance from, float[] image, long[] shape)
{
    private readonly long[] _shape = [from.Batch, .. shape];

    /// <summary>The votes of n samples of a phase, from a first one on. A row without finite scores counts for no class.</summary>
    public VoteCounts Count(VotePhase phase, long begin, long n, CancellationToken cancellationToken)
    {
        long[] counts = new long[classifier.ClassCount];
        long missed = 0;
        for (long first = 0; first < n; first += from.Batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int wanted = (int)Math.Min(from.Batch, n - first);
            foreach (long label in Labels(row =>
                new NoiseCoordinate(0, from.ImageIndex, phase, begin + first + (row < wanted ? row : 0)), cancellationToken)[..wanted])
            {
                if (label < 0)
                    missed++;
                else
                    counts[label]++;
            }
        }

        return new VoteCounts(counts) { Missed = missed };
    }

    /// <summary>The labels of a whole batch, since float rows change with its size; -1 where the scores are not finite.</summary>
    private long[] Labels(Func<int, NoiseCoordinate> place, CancellationToken cancellationToken)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Tensor noisy = Fill((row, values) => noise.AddTo(from.Seed, place(row), image, values));
        NoiseContext context = new(noise.Level.Certified, stream =>
            Fill((row, values) => GaussianNoise.Fill(from.Seed, place(row) with { Stream = stream }, values)))
        {
            CancellationToken = cancellationToken,
        };
        using Tensor scores = classifier.Score(noisy, context);
        return argmax(scores, 1).masked_fill(isfinite(scores).all(1).logical_not(), Kept(-1)).cpu().data<long>().ToArray();
    }

    private delegate void FillRow(int row, Span<float> values);

    private Tensor Fill(FillRow fill)
    {
        float[] batch = new float[from.Batch * image.Length];
        Parallel.For(0, from.Batch, row => fill(row, batch.AsSpan(row * image.Length, image.Length)));
        return tensor(batch, _shape).to(device);
    }
}

using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing;

/// <summary>
/// The hot loop: noisy rows, scores, argmax, counts, for one base classifier on one device. Every forward pass has exactly
/// <paramref name="batch"/> rows, the last one padded, since floating-point rows change with the batch size but not with their place in it.
/// </summary>
/// <param name="classifier">Called by one thread at a time.</param>
/// <param name="device">Where it computes.</param>
/// <param name="drawnSigma">The standard deviation of the noise.</param>
/// <param name="sigma">What the classifier is told: the certified one, since the drawn one may lie a rounding beyond its reach.</param>
/// <param name="batch">Rows of every forward pass.</param>
internal sealed class VoteSampler(IBaseClassifier classifier, Device device, float drawnSigma, double sigma, int batch)
{
    private readonly Lock _oneAtATime = new();

    /// <summary>Votes by slot and class, int64 [slots + 1, K] on the device; the last row takes the padding's votes.</summary>
    public Tensor NewCounts(int slots) => zeros([slots + 1, classifier.ClassCount], ScalarType.Int64, device).DetachFromDisposeScope();

    /// <summary>A flag, int64 [1] on the device, that counts the batches with NaN or infinite scores.</summary>
    public Tensor NewFlag() => zeros([1], ScalarType.Int64, device).DetachFromDisposeScope();

    /// <summary>Draws one batch and adds its votes; nothing is read back from the device.</summary>
    /// <param name="rows">At least one row, at most a batch in all.</param>
    /// <param name="imageShape">[C,H,W].</param>
    /// <param name="counts">From <see cref="NewCounts"/>.</param>
    /// <param name="flag">From <see cref="NewFlag"/>.</param>
    public void Draw(IReadOnlyList<VoteRows> rows, long[] imageShape, Tensor counts, Tensor flag)
    {
        lock (_oneAtATime)
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable inference = inference_mode();
            BatchLayout layout = new(rows, batch, drawnSigma, paddingSlot: (int)counts.shape[0] - 1);
            long[] shape = [batch, .. imageShape];
            Tensor noisy = ToDevice(shape, layout.FillNoisy);
            NoiseContext noise = new(sigma, stream => ToDevice(shape, (row, values) => layout.FillInner(stream, row, values)));
            using Tensor scores = classifier.Score(noisy, noise); // ours, whatever scope it is in
            CheckShape(scores);
            flag.add_(isfinite(scores).all().logical_not());
            Tensor votes = argmax(scores, 1);
            Tensor slots = tensor(layout.Slots, device: device);
            counts.view(-1).scatter_add_(0, slots.mul_(classifier.ClassCount).add_(votes), ones([batch], ScalarType.Int64, device));
        }
    }

    /// <summary>Reads a test's votes and clears them.</summary>
    public long[] Take(Tensor counts, int slot)
    {
        lock (_oneAtATime)
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable inference = inference_mode();
            Tensor row = counts[slot];
            long[] votes = row.to(CPU).data<long>().ToArray();
            row.zero_();
            return votes;
        }
    }

    /// <summary>Throws when any batch since the last time had NaN or infinite scores; waits for the device.</summary>
    public static void CheckFinite(Tensor flag)
    {
        if (flag.item<long>() > 0)
            throw new InvalidOperationException("The base classifier returned NaN or infinite scores: those are never votes. Check its weights, precision and input range.");
    }

    private delegate void FillRow(int row, Span<float> values);

    // A fresh tensor each time, pinned for an accelerator so that the copy need not wait: a refilled one could still be in flight.
    private unsafe Tensor ToDevice(long[] shape, FillRow fill)
    {
        long bytes = shape.Aggregate((long)sizeof(float), (product, length) => product * length);
        if (bytes > int.MaxValue)
            throw new InvalidOperationException($"A batch of {batch} such images takes {bytes >> 20} MB; at most 2 GB are possible. Lower SmoothingOptions.Batch.");
        Tensor host = empty(shape, ScalarType.Float32);
        if (device.type == DeviceType.CUDA)
            host = host.pin_memory();
        int length = (int)(host.numel() / batch);
        fixed (byte* start = host.bytes)
        {
            float* values = (float*)start;
            PlainParallel.For(batch, row => fill(row, new Span<float>(values + (long)row * length, length)));
        }

        return device.type == DeviceType.CPU ? host : host.to(device, non_blocking: device.type == DeviceType.CUDA);
    }

    private void CheckShape(Tensor scores)
    {
        if (scores.dim() != 2 || scores.shape[0] != batch || scores.shape[1] != classifier.ClassCount)
        {
            throw new InvalidOperationException(
                $"The base classifier says ClassCount = {classifier.ClassCount}, so {batch} rows must give scores [{batch},{classifier.ClassCount}]; it returned [{string.Join(',', scores.shape)}].");
        }
    }

    /// <summary>Which test, phase and sample each row of a batch is; rows beyond the requested ones repeat the first.</summary>
    private sealed class BatchLayout
    {
        private readonly NoiseCoordinate[] _at;
        private readonly IOpenTest[] _tests;
        private readonly float _sigma;

        public BatchLayout(IReadOnlyList<VoteRows> rows, int batch, float sigma, int paddingSlot)
        {
            _sigma = sigma;
            _at = new NoiseCoordinate[batch];
            _tests = new IOpenTest[batch];
            Slots = new long[batch];
            int row = 0;
            foreach (VoteRows part in rows)
            {
                for (int i = 0; i < part.Count; i++, row++)
                {
                    _tests[row] = part.Test;
                    _at[row] = new NoiseCoordinate(0, part.Test.ImageIndex, part.Phase, part.FirstSample + i);
                    Slots[row] = part.Test.Slot;
                }
            }

            for (; row < batch; row++)
                (_tests[row], _at[row], Slots[row]) = (_tests[0], _at[0], paddingSlot);
        }

        public long[] Slots { get; }

        public void FillNoisy(int row, Span<float> values) => GaussianNoise.AddTo(_tests[row].Seed, _at[row], _tests[row].Image, _sigma, values);

        public void FillInner(int stream, int row, Span<float> values) => GaussianNoise.Fill(_tests[row].Seed, _at[row] with { Stream = stream }, values);
    }
}

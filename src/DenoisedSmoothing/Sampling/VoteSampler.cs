using DenoisedSmoothing.Noise;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Sampling;

/// <summary>The hot loop's body: noisy rows to votes, for one base classifier on one device.</summary>
/// <param name="classifier">Called by one thread at a time.</param>
/// <param name="device">Where it computes.</param>
/// <param name="noise">The smoothing noise; the classifier is told the certified level, since the drawn one may lie a rounding beyond its
/// reach.</param>
/// <param name="runsBehindHost">
/// Whether the device works behind the host, as accelerators do: then noise is made ahead and votes are read late. On the CPU noise made
/// ahead takes cores from the forward pass (docs/performance.md), so there is nothing to gain.
/// </param>
internal sealed class VoteSampler(IBaseClassifier classifier, Device device, ISmoothingNoise noise, bool runsBehindHost)
{
    public VoteSampler(IBaseClassifier classifier, Device device, ISmoothingNoise noise)
        : this(classifier, device, noise, runsBehindHost: device.type != DeviceType.CPU)
    {
    }

    public bool RunsBehindHost => runsBehindHost;

    private bool Pinned => device.type == DeviceType.CUDA;

    /// <summary>Starts making a batch's noise.</summary>
    public void MakeAhead(NoisyBatch batch) => batch.MakeAhead(noise, Pinned);

    /// <summary>Starts a batch on the device's own thread, or on any other.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="elsewhere">Whether the caller's thread is needed for something else.</param>
    /// <returns>Its votes; null where the caller is to draw them itself.</returns>
    public Task<Tensor>? Start(NoisyBatch batch, bool elsewhere) =>
        RunsBehindHost ? DeviceThread.Of(device).Run(() => Draw(batch)) : elsewhere ? Task.Run(() => Draw(batch)) : null;

    /// <summary>
    /// The batch's votes by row, int64 [size] on the device, -1 where the scores are not finite. Nothing is read back from the device.
    /// </summary>
    /// <exception cref="OperationCanceledException">A part saw that nobody waits for the batch any more.</exception>
    public Tensor Draw(NoisyBatch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Tensor host = batch.Noisy(noise, Pinned);
        scope.Attach(host);
        Tensor noisy = ToDevice(host);
        using PassCancellation cancellation = new(batch);
        NoiseContext context = new(noise.Level.Certified, stream => ToDevice(batch.Inner(stream, Pinned)))
        {
            CancellationToken = cancellation.Token,
        };
        using Tensor scores = classifier.Score(noisy, context); // ours, whatever scope it is in
        CheckShape(scores, batch.Size);
        return argmax(scores, 1).masked_fill_(isfinite(scores).all(1).logical_not_(), Kept(-1)).DetachFromDisposeScope();
    }

    private Tensor ToDevice(Tensor host) => device.type == DeviceType.CPU ? host : host.to(device, non_blocking: Pinned);

    private void CheckShape(Tensor scores, int rows)
    {
        if (scores.dim() != 2 || scores.shape[0] != rows || scores.shape[1] != classifier.ClassCount)
        {
            throw new InvalidOperationException(
                $"The base classifier says ClassCount = {classifier.ClassCount}, so {rows} rows must give scores "
                    + $"[{rows},{classifier.ClassCount}]; it returned [{string.Join(',', scores.shape)}].");
        }
    }
}

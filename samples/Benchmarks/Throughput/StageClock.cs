using System.Diagnostics;
using TorchSharp;

namespace DenoisedSmoothing.Benchmarks;

/// <summary>
/// A denoiser and a classifier that note how long they take; on an accelerator each waits for it, which the pair alone does not.
/// </summary>
internal sealed class StageClock(IDenoiser denoiser, IClassifier classifier, bool accelerator) : IDenoiser, IClassifier, IDescribed
{
    public TimeSpan Denoising { get; private set; }

    public TimeSpan Classifying { get; private set; }

    public int ClassCount => classifier.ClassCount;

    public PartInfo Info => PartInfo.Of(denoiser, classifier);

    public torch.Tensor Denoise(torch.Tensor noisy, NoiseContext noise)
    {
        (torch.Tensor result, TimeSpan taken) = Timed(() => denoiser.Denoise(noisy, noise));
        Denoising += taken;
        return result;
    }

    public torch.Tensor Classify(torch.Tensor images)
    {
        (torch.Tensor result, TimeSpan taken) = Timed(() => classifier.Classify(images));
        Classifying += taken;
        return result;
    }

    private (torch.Tensor Result, TimeSpan Taken) Timed(Func<torch.Tensor> stage)
    {
        Wait();
        Stopwatch watch = Stopwatch.StartNew();
        torch.Tensor result = stage();
        Wait();
        return (result, watch.Elapsed);
    }

    private void Wait()
    {
        if (accelerator)
            torch.cuda.synchronize();
    }
}

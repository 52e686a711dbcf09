using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Experiments;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Tool;

/// <summary>Denoises and classifies the images at several noise levels: one noisy copy of each.</summary>
/// <param name="Models">The pair.</param>
/// <param name="Strategy">How it denoises.</param>
/// <param name="Images">The images.</param>
/// <param name="Device">Where to compute.</param>
/// <param name="Batch">Images per forward pass.</param>
/// <param name="Seed">The noise key.</param>
internal sealed record CheckMeasurement(
    LoadedModels Models, StrategyChoice Strategy, CheckImages Images, string Device, int Batch, ulong Seed)
{
    private const int Pictures = 8;

    /// <summary>The answers to the clean images.</summary>
    public CheckAnswers Clean(CancellationToken cancellationToken)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        return CheckAnswers.Ask(Models.Classifier, Images.Pixels.to(LibTorch.DeviceNamed(Device)), Batch, cancellationToken);
    }

    /// <summary>One noise level.</summary>
    public CheckLevel At(double sigma, CancellationToken cancellationToken)
    {
        IDenoiser denoiser;
        try
        {
            // An error here is about only this level: it is beyond what the model can handle, or not one it was trained for.
            if (Models.Diffusion is { } model && Strategies.KindOf(Models, Strategy) != Strategies.None)
                model.TimestepFor(sigma);
            denoiser = Strategies.Denoiser(Models, Strategy, sigma);
        }
        catch (ArgumentException e)
        {
            return new CheckLevel { Sigma = sigma, Problem = e.Message.Split(" (Parameter")[0] };
        }

        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        return Measure(sigma, denoiser, cancellationToken);
    }

    private CheckLevel Measure(double sigma, IDenoiser denoiser, CancellationToken cancellationToken)
    {
        Device device = LibTorch.DeviceNamed(Device);
        List<Tensor> noisyRows = [], denoisedRows = [];
        for (int start = 0; start < Images.Count; start += Batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int[] indices = Images.Indices[start..Math.Min(start + Batch, Images.Count)];
            (Tensor rows, NoiseContext context) =
                NoisyCopies.Draw(Images.Pixels.narrow(0, start, indices.Length), indices, sigma, Seed, device, cancellationToken);
            noisyRows.Add(rows.cpu());
            denoisedRows.Add(denoiser.Denoise(rows, context).cpu());
        }

        Tensor clean = Images.Pixels.to_type(ScalarType.Float64), noisy = cat(noisyRows), denoised = cat(denoisedRows);
        Tensor noise = noisy.to_type(ScalarType.Float64) - clean, output = denoised.to_type(ScalarType.Float64), rest = output - clean;
        double cleanMean = clean.mean().item<double>(), outputMean = output.mean().item<double>();
        double variance = clean.var(unbiased: false).item<double>();
        double slope = variance > 0 ? (clean * output).mean().item<double>() / variance - cleanMean * outputMean / variance : 1;
        CheckAnswers answers = CheckAnswers.Ask(Models.Classifier, denoised.to(device), Batch, cancellationToken);
        return new CheckLevel
        {
            Sigma = sigma,
            Denoises = denoiser is not IdentityDenoiser,
            NoisyRight = CheckAnswers.Ask(Models.Classifier, noisy.to(device), Batch, cancellationToken).Right(Images.Labels),
            DenoisedRight = answers.Right(Images.Labels),
            Error = PerImage(rest.mul(rest)),
            NoisyError = PerImage(noise.mul(noise)),
            Shift = PerImage(rest),
            Slope = slope,
            Offset = outputMean - slope * cleanMean,
            NoiseLeft = (rest * noise).sum().item<double>() / noise.mul(noise).sum().item<double>(),
            Pictures = [.. Enumerable.Range(0, Math.Min(Pictures, Images.Count))
                .Select(i => (Row(noisy, i), Row(denoised, i), answers.Labels[i]))],
        };
    }

    private static double[] PerImage(Tensor values) => values.flatten(1).mean([1]).data<double>().ToArray();

    /// <summary>The values of one row.</summary>
    public static float[] Row(Tensor rows, int row)
    {
        using DisposeScope scope = NewDisposeScope();
        return rows[row].contiguous().data<float>().ToArray();
    }
}

using System.Globalization;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Experiments;
using DenoisedSmoothing.Schedules;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Tool;

/// <summary>The same diffusion network used in other ways: if one denoises far better, it is the one the network was trained for.</summary>
internal static class DiffusionTrials
{
    private const int Images = 16;
    private const double MuchBetter = .6;

    /// <summary>Tries other parametrisations, timestep scales and schedules at one noise level, one change at a time.</summary>
    public static IEnumerable<CheckWarning> Of(CheckMeasurement measurement, double sigma, CancellationToken cancellationToken)
    {
        if (measurement.Models.Diffusion is not { } model || sigma > model.LargestSigma)
            return [];
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        int count = Math.Min(Images, measurement.Images.Count);
        int[] indices = measurement.Images.Indices[..count];
        Tensor clean = measurement.Images.Pixels.narrow(0, 0, count);
        (Tensor noisy, NoiseContext context) =
            NoisyCopies.Draw(clean, indices, sigma, measurement.Seed, LibTorch.DeviceNamed(measurement.Device), cancellationToken);
        double now = Error(model);
        (string Option, double Error)[] others = [.. Others(model).Select(its => (its.Option, Error(its.Model)))];
        (string option, double best) = others.Where(static its => double.IsFinite(its.Error)).DefaultIfEmpty(("", now))
            .MinBy(static its => its.Item2);
        return best < MuchBetter * now || (!double.IsFinite(now) && double.IsFinite(best))
            ? [new CheckWarning("diffusion-settings", string.Create(CultureInfo.InvariantCulture,
                $"At sigma {sigma} the mean squared error to the clean image is {now:G3}; with {option} it is {best:G3}."),
                    $"Say {option}.")]
            : [];

        double Error(DiffusionModel its)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (sigma > its.LargestSigma)
                return double.PositiveInfinity;
            using Tensor denoised = new OneShotDenoiser(its).Denoise(noisy, context);
            using Tensor rest = denoised.cpu().sub(clean);
            return rest.mul_(rest).mean().item<float>();
        }
    }

    private static IEnumerable<(string Option, DiffusionModel Model)> Others(DiffusionModel model)
    {
        DiffusionModel With(INoiseSchedule schedule, double scale, Parametrization predicts) =>
            new(model.Network, schedule, scale, Math.Min(model.LastTimestep, schedule.TimestepCount - 1), predicts) { Input = model.Input };

        foreach (Parametrization predicts in Enum.GetValues<Parametrization>().Where(its => its != model.Parametrization))
            yield return ($"--predicts {predicts}", With(model.Schedule, model.TimestepScale, predicts));
        int steps = model.Schedule.TimestepCount;
        double[] scales = [1, 1000.0 / steps, .25, 4, 1.0 / steps];
        foreach (double scale in scales.Distinct().Where(its => !its.Equals(model.TimestepScale)))
            yield return (string.Create(CultureInfo.InvariantCulture, $"--timestep-scale {scale}"),
                With(model.Schedule, scale, model.Parametrization));
        string own = PartInfo.Of(model.Schedule).Fingerprint;
        foreach ((string name, INoiseSchedule schedule) in ((string, INoiseSchedule)[])[("cosine", new CosineSchedule(steps)),
            ("linear", new LinearSchedule(steps))])
        {
            if (PartInfo.Of(schedule).Fingerprint != own)
                yield return ($"--schedule {name}", With(schedule, model.TimestepScale, model.Parametrization));
        }
    }
}

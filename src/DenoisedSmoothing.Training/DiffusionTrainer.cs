using System.Globalization;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Sampling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>
/// Trains a noise predictor as Ho et al. 2020 do (the simple loss): a random timestep for each image, x_t = sqrt(abar) x_0 + sqrt(1 - abar) z
/// with x_0 in [-1,1], and the mean squared error between z and the network's first C channels.
/// </summary>
public sealed class DiffusionTrainer
{
    private readonly nn.Module<Tensor, Tensor, Tensor> _network;
    private readonly INoiseSchedule _schedule;
    private readonly TrainingOptions _options;
    private readonly ILogger _logger;

    /// <summary>Prepares a run.</summary>
    /// <param name="network">Takes x_t [N,C,H,W] and timesteps [N]; trained in place, on the device where it is.</param>
    /// <param name="schedule">The noise levels; the network is fed a timestep's index, times <see cref="TimestepScale"/>.</param>
    /// <param name="options">How to train.</param>
    /// <param name="logger">Told of resumption.</param>
    public DiffusionTrainer(nn.Module<Tensor, Tensor, Tensor> network, INoiseSchedule schedule, TrainingOptions options, ILogger<DiffusionTrainer>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (_network, _schedule, _options, _logger) = (network, schedule, options, logger ?? NullLogger<DiffusionTrainer>.Instance);
        LastTimestep = schedule.TimestepCount - 1;
    }

    /// <summary>The lowest timestep trained, 0-based.</summary>
    /// <value>0.</value>
    public int FirstTimestep { get; init; }

    /// <summary>The highest timestep trained; a network that only ever denoises up to some sigma needs no higher.</summary>
    /// <value>The schedule's last.</value>
    public int LastTimestep { get; init; }

    /// <summary>
    /// The timesteps trained, each as often as the others, where they are no range: one for each noise level that the denoiser is meant for
    /// (<see cref="INoiseSchedule.TimestepFor"/> of 2 sigma). A one-shot denoiser asks for no others. Takes the place of
    /// <see cref="FirstTimestep"/> and <see cref="LastTimestep"/>.
    /// </summary>
    /// <value>Null: the whole range from first to last.</value>
    public IReadOnlyList<int>? Timesteps { get; init; }

    /// <summary>The network is fed t times this; above 0. The denoiser made of it needs the same.</summary>
    /// <value>1.</value>
    public double TimestepScale { get; init; } = 1;

    /// <summary>Trains to the end, from the newest checkpoint where there is one; the network then holds the averaged weights.</summary>
    /// <param name="images">The training images.</param>
    /// <param name="progress">Told every 20 steps.</param>
    /// <param name="cancellationToken">Stops between steps, after a checkpoint.</param>
    /// <exception cref="InvalidOperationException">The loss diverged, or the checkpoint folder holds a run under other settings.</exception>
    public void Train(LabeledImages images, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (!(TimestepScale > 0) || double.IsInfinity(TimestepScale))
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"TimestepScale must be finite and above 0; it is {TimestepScale}."));
        int[] trained = Trained();
        Device device = _network.parameters().First().device;
        using DisposeScope scope = NewDisposeScope();
        Tensor alphaBars = tensor(Enumerable.Range(0, _schedule.TimestepCount).Select(t => (float)_schedule.AlphaBar(t)).ToArray());
        Tensor choices = tensor(trained.Select(t => (float)t).ToArray());
        EpochOrder order = new(images.Count, _options.Seed);
        // Two noise levels tell schedules of one length apart; few digits, since the last bits of a cosine differ between systems.
        string settings = string.Create(CultureInfo.InvariantCulture,
            $"diffusion T={_schedule.TimestepCount} t={TrainedText} abar={_schedule.AlphaBar(trained[0]):E5}..{_schedule.AlphaBar(trained[^1]):E5}{ScaleText} images={images.Count} {_options.Settings}");
        WeightInitialization.Initialize(_network, _options.Seed);
        new TrainingRun(_network, _options, settings, _logger).Run(Loss, progress, cancellationToken);

        Tensor Loss(int step, Generator generator)
        {
            Tensor clean = images.Images(order.Indices(step, _options.BatchSize)).mul_(2).sub_(1);
            Tensor noise = randn(clean.shape, generator: generator);
            Tensor picked = rand(_options.BatchSize, generator: generator).mul_(trained.Length).floor_().clamp_max_(trained.Length - 1).to_type(ScalarType.Int64);
            Tensor timesteps = choices.index_select(0, picked);
            Tensor alphaBar = alphaBars.index_select(0, timesteps.to_type(ScalarType.Int64)).reshape(-1, 1, 1, 1);
            Tensor noisy = alphaBar.sqrt() * clean + (1 - alphaBar).sqrt() * noise;
            Tensor predicted = _network.call(noisy.to(device), timesteps.mul_(TimestepScale).to(device)).narrow(1, 0, clean.shape[1]);
            return nn.functional.mse_loss(predicted, noise.to(device));
        }
    }

    private string TrainedText => Timesteps is { } chosen
        ? string.Join(',', chosen.Select(t => t.ToString(CultureInfo.InvariantCulture)))
        : string.Create(CultureInfo.InvariantCulture, $"{FirstTimestep}..{LastTimestep}");

    private string ScaleText => TimestepScale == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" scale={TimestepScale}");

    private int[] Trained()
    {
        if (Timesteps is { } chosen)
        {
            return chosen.Count > 0 && chosen.Distinct().Count() == chosen.Count && chosen.All(t => t >= 0 && t < _schedule.TimestepCount)
                ? [.. chosen]
                : throw new InvalidOperationException($"Timesteps must be distinct and within 0 to {_schedule.TimestepCount - 1}, at least one; got {TrainedText}.");
        }

        return FirstTimestep >= 0 && LastTimestep < _schedule.TimestepCount && FirstTimestep <= LastTimestep
            ? [.. Enumerable.Range(FirstTimestep, LastTimestep - FirstTimestep + 1)]
            : throw new InvalidOperationException($"Timesteps {FirstTimestep} to {LastTimestep} are not a range within 0 to {_schedule.TimestepCount - 1}.");
    }
}

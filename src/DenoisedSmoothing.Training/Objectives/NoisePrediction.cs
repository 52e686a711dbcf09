using System.Globalization;
using DenoisedSmoothing.Denoising;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>
/// Trains a diffusion network as in Ho et al. 2020 (the simple loss): a random timestep for each image, x_t = sqrt(abar) x_0 + sqrt(1 -
/// abar) z with x_0 in [-1,1], and the mean squared error between z and the network's first C channels.
/// </summary>
public sealed class NoisePrediction : ITrainingObjective
{
    private readonly DiffusionModel _model;
    private readonly nn.IModule<Tensor, Tensor, Tensor> _network;
    private readonly float[] _alphaBars;

    /// <summary>Trains a model's network.</summary>
    /// <param name="model">Over a module of weights, in <see cref="Parametrization.Epsilon"/>; trained at timesteps 0 to its last.</param>
    /// <exception cref="ArgumentException">The network is not a module with parameters, or predicts something other than the
    /// noise.</exception>
    public NoisePrediction(DiffusionModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Parametrization != Parametrization.Epsilon)
            throw new ArgumentException($"Noise prediction trains networks that predict epsilon; this model says {model.Parametrization}.",
                nameof(model));
        (_model, _network, Network) = (model, model.Network, Trainable.Module(model.Network, nameof(model)));
        _alphaBars = [.. Enumerable.Range(0, model.Schedule.TimestepCount).Select(t => (float)model.Schedule.AlphaBar(t))];
        Timesteps = [.. Enumerable.Range(0, model.LastTimestep + 1)];
    }

    /// <inheritdoc/>
    public nn.Module Network { get; }

    /// <summary>
    /// The timesteps to train, all equally often: distinct, within 0 to the model's last. A network that denoises in one shot at a few
    /// noise levels needs only those (<see cref="DiffusionModel.TimestepFor"/>).
    /// </summary>
    /// <value>All of the model's.</value>
    public IReadOnlyList<int> Timesteps { get; init => field = Check(value); }

    /// <inheritdoc/>
    // Two noise levels tell schedules of the same length apart; few digits, since the last bits of a cosine differ between systems.
    public string Settings => string.Create(CultureInfo.InvariantCulture,
        $"noise prediction; schedule={_alphaBars.Length} timesteps, " +
        $"alpha-bar {_alphaBars[Timesteps[0]]:E4} to {_alphaBars[Timesteps[^1]]:E4}; " +
        $"timesteps={TimestepText}; timestep scale={_model.TimestepScale}");

    /// <inheritdoc/>
    public Tensor Loss(TrainingBatch batch, StepRandom random)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(random);
        Device device = batch.Images.device;
        Tensor noise = random.Normal(batch.Images);
        Tensor picked = random.Uniform(batch.Images.shape[0], device).mul_(Kept(Timesteps.Count)).floor_()
            .clamp_max_(Kept(Timesteps.Count - 1))
            .to_type(ScalarType.Int64);
        Tensor timesteps = tensor(Timesteps.Select(t => (long)t).ToArray(), device: device).index_select(0, picked);
        Tensor alphaBar = tensor(_alphaBars, device: device).index_select(0, timesteps).reshape(-1, 1, 1, 1);
        Tensor noisy = (alphaBar.sqrt() * SymmetricPixels.FromUnit(batch.Images)).Plus(alphaBar.SubtractedFrom(1).sqrt() * noise);
        Tensor predicted = _network.call(noisy, timesteps.to_type(ScalarType.Float32).mul_(Kept(_model.TimestepScale)))
            .narrow(1, 0, noisy.shape[1]);
        return nn.functional.mse_loss(predicted, noise);
    }

    private string TimestepText => Timesteps.Count > 2 && Timesteps[^1] - Timesteps[0] == Timesteps.Count - 1
        && Timesteps.SequenceEqual(Timesteps.Order())
        ? string.Create(CultureInfo.InvariantCulture, $"{Timesteps[0]}..{Timesteps[^1]}")
        : string.Join(',', Timesteps.Select(t => t.ToString(CultureInfo.InvariantCulture)));

    private int[] Check(IReadOnlyList<int> timesteps)
    {
        ArgumentNullException.ThrowIfNull(timesteps);
        return timesteps.Count > 0 && timesteps.Distinct().Count() == timesteps.Count
            && timesteps.All(t => t >= 0 && t <= _model.LastTimestep)
            ? [.. timesteps]
            : throw new ArgumentException(
                $"Timesteps must be distinct and within 0 to {_model.LastTimestep}, at least one; " +
                $"got {string.Join(',', timesteps.Take(10))}{(timesteps.Count > 10 ? " ..." : "")}.", nameof(timesteps));
    }
}

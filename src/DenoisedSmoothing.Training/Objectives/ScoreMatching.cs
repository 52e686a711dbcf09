using System.Globalization;
using DenoisedSmoothing.Denoising;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>
/// Trains a score network by denoising score matching (Vincent 2011; Song and Ermon 2020; Lee 2021): a random noise level for each image,
/// and half the mean square, over all pixels, of sigma s(x + sigma e, sigma) + e.
/// </summary>
/// <remarks>Levels are weighted by sigma^2, so that none dominates the others. Use the result as a <see cref="ScoreModel"/>.</remarks>
public sealed class ScoreMatching : ITrainingObjective
{
    private readonly ScoreModel _model;

    /// <summary>Trains a model's network.</summary>
    /// <param name="model">Over a module of weights.</param>
    /// <exception cref="ArgumentException">The network is not a module with parameters.</exception>
    public ScoreMatching(ScoreModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        (_model, Network) = (model, Trainable.Module(model.Network, nameof(model)));
        Sigmas = Ladder(model.LargestSigma, Math.Min(0.01, model.LargestSigma), model.LargestSigma > 0.01 ? 10 : 1);
    }

    /// <inheritdoc/>
    public nn.Module Network { get; }

    /// <summary>The noise levels to train, all equally often: in [0,1] pixel space, above 0, at most the model's largest.</summary>
    /// <value>Ten in a geometric sequence from the model's largest to 0.01.</value>
    public IReadOnlyList<double> Sigmas { get; init => field = Check(value); }

    /// <inheritdoc/>
    public string Settings => string.Create(CultureInfo.InvariantCulture,
        $"score matching; sigmas={string.Join(',', Sigmas.Select(sigma => sigma.ToString("G6", CultureInfo.InvariantCulture)))}");

    /// <summary>Noise levels in a geometric sequence.</summary>
    /// <param name="first">The highest.</param>
    /// <param name="last">The lowest; above 0, at most the highest.</param>
    /// <param name="count">How many, above 0.</param>
    public static IReadOnlyList<double> Ladder(double first, double last, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (!(last > 0 && last <= first && double.IsFinite(first)))
            throw new ArgumentOutOfRangeException(nameof(last), last, "The lowest level must be above 0 and at most the highest.");
        return [.. Enumerable.Range(0, count).Select(i => i == 0 ? first : first * Math.Pow(last / first, (double)i / (count - 1)))];
    }

    /// <inheritdoc/>
    public Tensor Loss(TrainingBatch batch, StepRandom random)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(random);
        Device device = batch.Images.device;
        Tensor noise = random.Normal(batch.Images);
        Tensor picked = random.Uniform(batch.Images.shape[0], device).mul_(Kept(Sigmas.Count)).floor_().clamp_max_(Kept(Sigmas.Count - 1))
            .to_type(ScalarType.Int64);
        Tensor sigma = tensor(Sigmas.ToArray(), device: device).to_type(batch.Images.dtype).index_select(0, picked);
        Tensor noisy = batch.Images.Plus(sigma.reshape(-1, 1, 1, 1) * noise);
        Tensor scaled = _model.Network.call(noisy, sigma); // sigma times the score
        return scaled.Plus(noise).Squared().mean() / Kept(2);
    }

    private double[] Check(IReadOnlyList<double> sigmas)
    {
        ArgumentNullException.ThrowIfNull(sigmas);
        return sigmas.Count > 0 && sigmas.All(sigma => sigma > 0 && sigma <= _model.LargestSigma)
            ? [.. sigmas]
            : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"Noise levels must be above 0 and at most the model's {_model.LargestSigma:G6}, at least one."), nameof(sigmas));
    }
}

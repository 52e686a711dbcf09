using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Denoising;
using TorchSharp;

namespace DenoisedSmoothing.Presets;

/// <summary>A denoiser with the card in its file, as written by <c>dds train-denoiser</c>: nothing else needs to be specified.</summary>
public sealed class TrainedDenoiser : IDisposable
{
    private readonly IDisposable _owned;

    internal TrainedDenoiser(DenoiserCard card, IDenoiser plain, IDisposable owned) =>
        (Card, Plain, Denoiser, _owned) = (card, plain, new CheckedDenoiser(plain, card), owned);

    /// <summary>What the file says about the training.</summary>
    public DenoiserCard Card { get; }

    /// <summary>One-shot denoising, for pixels in [0,1]; refuses noise levels that the card excludes.</summary>
    public IDenoiser Denoiser { get; }

    /// <summary>
    /// The diffusion model, on which other denoising strategies can be built, up to its last timestep; null for scores, for denoisers that
    /// are not told the noise level, and where not all timesteps below the last were trained, since the other strategies call the network
    /// at those too.
    /// </summary>
    public DiffusionModel? Diffusion => Card is DiffusionCard { Trained: var trained } && trained.ContainsAllUpTo(trained.Last)
        ? Model
        : null;

    /// <summary>The diffusion model, for callers that check the card themselves.</summary>
    internal DiffusionModel? Model => (Plain as OneShotDenoiser)?.Model;

    /// <summary>The denoiser without the check, for callers that check themselves.</summary>
    internal IDenoiser Plain { get; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">A safetensors file with a card.</param>
    /// <param name="device">Where to compute, such as <c>cpu</c> or <c>cuda</c>.</param>
    /// <exception cref="InvalidDataException">The file has no card, or one that cannot be understood.</exception>
    /// <exception cref="CheckpointException">The file is damaged or holds other weights than its card says.</exception>
    /// <exception cref="ArgumentException">There is no such device.</exception>
    /// <exception cref="IOException">The file is not there, or cannot be read.</exception>
    public static TrainedDenoiser Open(string path, string device = "cpu") => (DenoiserCard.Find(path)
        ?? throw new InvalidDataException($"{path} does not say what it was trained for, as a file of 'dds train-denoiser' does: load its "
            + "weights with NetworkCatalog.Denoisers, and put a DiffusionModel with its schedule around the network."))
        .Load(device);

    /// <summary>Frees the network.</summary>
    public void Dispose() => _owned.Dispose();

    // The certificate names the inner denoiser: levels that pass the check are denoised no differently.
    private sealed class CheckedDenoiser(IDenoiser denoiser, DenoiserCard card) : IDenoiser, IDescribed
    {
        public PartInfo Info => PartInfo.Of(denoiser);

        public torch.Tensor Denoise(torch.Tensor noisy, NoiseContext noise)
        {
            ArgumentNullException.ThrowIfNull(noise);
            card.Require(noise.Sigma);
            return denoiser.Denoise(noisy, noise);
        }
    }
}

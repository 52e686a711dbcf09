using System.Globalization;
using DenoisedSmoothing.Checkpoints;
using TorchSharp;

namespace DenoisedSmoothing.Presets;

/// <summary>
/// What a denoiser's file says about its training, in the metadata of a safetensors file, as written by <c>dds train-denoiser</c>: enough
/// to load the denoiser from the file alone, and to refuse noise levels that it never saw, at which it would give no error, only nonsense.
/// </summary>
public abstract class DenoiserCard
{
    private static readonly string[] s_keys = [.. DiffusionCard.Keys, .. ScoreCard.Keys, .. PlainDenoiserCard.Keys];

    private protected DenoiserCard(string network) => Network = network;

    /// <summary>
    /// The network's name: one of <see cref="NetworkCatalog.Denoisers"/>, or <c>dncnn</c>, <c>dncnn-wide</c> or <c>memnet</c>.
    /// </summary>
    public string Network { get; }

    /// <summary>The file that the card is from.</summary>
    /// <value>Null for a card that is still to be written.</value>
    public string? File { get; internal init; }

    /// <summary>The noise levels of the training, in words, such as <c>sigma 0.1 to 1</c>; sigma is in [0,1] pixel space.</summary>
    public abstract string TrainedAt { get; }

    /// <summary>Reads the card of a file.</summary>
    /// <param name="path">The file, of any kind. Weights are not read.</param>
    /// <returns>Null where the file has no card, or is not a safetensors file.</returns>
    /// <exception cref="InvalidDataException">There is a card, but it cannot be understood.</exception>
    /// <exception cref="CheckpointException">The file's header is damaged.</exception>
    /// <exception cref="IOException">The file is not there, or cannot be read.</exception>
    public static DenoiserCard? Find(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        IReadOnlyDictionary<string, string> metadata = SafetensorsMetadata.Of(path);
        try
        {
            DenoiserCard[] found = [.. new DenoiserCard?[]
            {
                DiffusionCard.Of(metadata, path), ScoreCard.Of(metadata, path), PlainDenoiserCard.Of(metadata, path),
            }.OfType<DenoiserCard>()];
            // A partial card must not count as none: then nothing would restrict the denoiser to its levels.
            if (found.Length == 0 && s_keys.FirstOrDefault(metadata.ContainsKey) is { } left)
                throw new FormatException($"it has '{left}', and not all that belongs with it");
            return found.Length <= 1 ? found.FirstOrDefault() : throw new FormatException(
                $"it is of several kinds: {string.Join(", ", found.Select(static card => card.What))}");
        }
        catch (Exception e) when (e is KeyNotFoundException or FormatException or OverflowException)
        {
            throw new InvalidDataException($"{path}: its metadata does not name a denoiser that this program knows ({e.Message}).", e);
        }
    }

    /// <summary>Why the denoiser must not be used at a noise level, in one shot; the text says what to do.</summary>
    /// <param name="sigma">The smoothing noise per pixel, in [0,1] pixel space.</param>
    /// <returns>Null where it was trained for the level.</returns>
    public string? Refusal(double sigma) => Said(Problem(sigma));

    /// <summary>Refuses a noise level that the denoiser was not trained for.</summary>
    /// <param name="sigma">The smoothing noise per pixel, in [0,1] pixel space.</param>
    /// <exception cref="ArgumentException">
    /// It was not trained for it; the message names the file, the trained levels, and what to do.
    /// </exception>
    public void Require(double sigma)
    {
        if (Refusal(sigma) is { } refusal)
            throw new ArgumentException(refusal, nameof(sigma));
    }

    /// <summary>What is written into the file.</summary>
    internal abstract IReadOnlyDictionary<string, string> ToMetadata();

    /// <summary>Loads the denoiser from <see cref="File"/>.</summary>
    /// <param name="device">Where to compute.</param>
    /// <param name="checkpoint">How the file is read; null for the usual way.</param>
    /// <param name="half">The half-precision type inside the network; null for float32.</param>
    internal abstract TrainedDenoiser Load(string device, CheckpointOptions? checkpoint = null, torch.ScalarType? half = null);

    /// <summary>Says which setting differs from the card's.</summary>
    /// <param name="given">What was specified beside the file.</param>
    /// <param name="name">Turns a setting's name in <see cref="DenoiserSettings"/> into its name where it was given.</param>
    /// <returns>Null where all agree; otherwise half a sentence, to be followed by advice.</returns>
    internal string? Contradiction(DenoiserSettings given, Func<string, string> name)
    {
        IReadOnlyDictionary<string, object> own = Settings.Known;
        foreach ((string setting, object value) in given.Known)
        {
            if (!own.TryGetValue(setting, out object? known))
                return string.Create(CultureInfo.InvariantCulture, $"{name(setting)} is {value}, and {File} holds {What}, without one");
            if (!known.Equals(value))
                return string.Create(CultureInfo.InvariantCulture, $"{name(setting)} is {value}, and {File} says {known}");
        }

        return null;
    }

    /// <summary>What kind of network it is, with its article.</summary>
    private protected abstract string What { get; }

    /// <summary>What the card says about the settings that can be given.</summary>
    private protected abstract DenoiserSettings Settings { get; }

    /// <summary>What is wrong with a noise level, in one shot; null if nothing is.</summary>
    private protected abstract string? Problem(double sigma);

    /// <summary>A problem as a whole sentence.</summary>
    private protected string? Said(string? problem) => problem is null ? null
        : $"The denoiser{(File is null ? "" : $" {File}")} was trained at {TrainedAt}, and {problem}: use what it was trained for, or a "
            + "denoiser that was trained for this.";
}

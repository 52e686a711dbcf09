using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Preprocessing;
using DenoisedSmoothing.Presets;

namespace DenoisedSmoothing.Tool;

/// <summary>The models of a run, loaded; disposing frees them.</summary>
internal sealed class LoadedModels : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    /// <summary>Their name, for display.</summary>
    public required string Name { get; init; }

    public required IClassifier Classifier { get; set; }

    /// <summary>The classifier's name in the catalog, so that a fine-tuned one can be loaded again; null where it has none.</summary>
    public string? ClassifierNetwork { get; init; }

    /// <summary>The diffusion model, on which any strategy can be built; null where there is none.</summary>
    public DiffusionModel? Diffusion { get; init; }

    /// <summary>A denoiser that can be used in only one way, such as one of Salman et al.; null where there is none.</summary>
    public IDenoiser? OwnDenoiser { get; init; }

    /// <summary>What the denoiser's file says about its training; null where it says nothing.</summary>
    public DenoiserCard? Card { get; init; }

    /// <summary>What happens to an image before the noise; null for nothing.</summary>
    public ImagePreprocess? Preprocess { get; init; }

    /// <summary>What no file said about the classifier and was taken by convention, one sentence each: to be printed.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What is done to images around the denoiser; the classifier already includes its part.</summary>
    public PreprocessChoice Between { get; set; } = new();

    public bool HasDenoiser => Diffusion is not null || OwnDenoiser is not null;

    /// <summary>Prints the notes.</summary>
    public void Tell(TextWriter writer)
    {
        foreach (string note in Notes)
            writer.WriteLine(note);
    }

    /// <summary>The same models with another classifier. The result owns nothing: these models still free what they own.</summary>
    public LoadedModels With(IClassifier classifier) => new()
    {
        Name = Name,
        Classifier = classifier,
        Diffusion = Diffusion,
        OwnDenoiser = OwnDenoiser,
        Between = Between,
        Card = Card,
        Preprocess = Preprocess,
    };

    /// <summary>Frees these parts with the models.</summary>
    public LoadedModels Owning(params IEnumerable<IDisposable> parts)
    {
        _owned.AddRange(parts);
        return this;
    }

    public void Dispose()
    {
        foreach (IDisposable part in _owned)
            part.Dispose();
    }
}

using System.CommandLine;
using System.Globalization;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Presets;

namespace DenoisedSmoothing.Tool;

/// <summary>Options that say which classifier to load, and how it wants its images.</summary>
internal sealed class ClassifierOptions
{
    private readonly CheckpointFileOptions _weights = new("classifier");

    public ClassifierOptions()
    {
        Network.AcceptOnlyFromAmong([.. NetworkCatalog.Classifiers.Keys]);
        Aggregate.AcceptOnlyFromAmong([.. Ensembles.Forms]);
        Normalization.AcceptOnlyFromAmong([.. NetworkCatalog.Normalizations.Keys]);
    }

    /// <summary>The names of networks, for help: those of torchvision and timm are too many to list.</summary>
    public static string Names { get; } = string.Join(", ", NetworkCatalog.Classifiers.Where(entry => entry.Value.Preprocess is null)
        .Select(entry => entry.Key)) + ", and torchvision's and timm's names, such as resnet50, vit_b_16 or swin_tiny_patch4_window7_224";

    public Option<string?> File { get; } = new("--classifier-file")
    {
        HelpName = "file",
        Description = "The pair's classifier, or one of your own: a folder of Hugging Face's hub, weights (safetensors, torch.save), "
            + "TorchScript .pt, .onnx, or what finetune wrote",
    };

    public Option<string[]?> Ensemble { get; } = new("--ensemble")
    {
        HelpName = "file,file...",
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result => [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries))],
        Description = "Several classifiers as one, in place of --classifier-file, all loaded alike",
    };

    public Option<string?> Aggregate { get; } = new("--aggregate")
    {
        HelpName = "form",
        Description = $"What the ensemble answers: {string.Join(", ", Ensembles.Forms)}; consensus asks the rest where the first two "
            + "disagree [default: mean]",
    };

    public Option<string?> Network { get; } = new("--classifier-network", "--network")
    {
        HelpName = "name",
        Description = $"What the weights belong to: {Names} [default: what the file says, or is recognised as]",
    };

    public Option<int?> Classes { get; } = new Option<int?>("--classes")
    {
        HelpName = "K",
        Description = "Number of classes of a classifier of your own [default: the file's or the network's, else 10]",
    }
        .AtLeast(2);

    public Option<string?> Normalization { get; } = new("--normalization")
    {
        HelpName = "name",
        Description = $"What it was trained with: {string.Join(", ", NetworkCatalog.Normalizations.Keys)} [default: the network's, else "
            + "none]",
    };

    public Option<double[]> Mean { get; } = ListOptions.Channels("--mean",
        "In place of --normalization: the mean of each channel, for pixels in [0,1], such as 0.1307");

    public Option<double[]> Std { get; } = ListOptions.Channels("--std",
        "With --mean: the standard deviation of each channel, or one for all; 1 where only the mean is subtracted");

    public Option<int?> Resize { get; } = new Option<int?>("--resize")
    {
        HelpName = "pixels",
        Description = "Height and width to resize to after the denoiser [default: the network's, else the images']",
    }
        .AtLeast(1);

    public OptionGroup All => new("Classifier", [File, Ensemble, Aggregate, .. Single]);

    /// <summary>Those for one classifier from a file.</summary>
    public OptionGroup One => new("Classifier", [File, .. Single]);

    private IEnumerable<Option> Single => [Network, Classes, Normalization, Mean, Std, Resize, .. _weights.All];

    /// <summary>Reads what was typed.</summary>
    /// <exception cref="ArgumentException">Options exclude each other, or a file does not exist.</exception>
    public ClassifierChoice Read(ParseResult parsed, IReadOnlyList<string> inertTypes)
    {
        string? name = parsed.GetValue(Normalization);
        (double[] mean, double[] std) = (parsed.GetValue(Mean) ?? [], parsed.GetValue(Std) ?? []);
        bool given = mean.Length > 0;
        if (given != std.Length > 0)
            throw new ArgumentException("--mean and --std come together; --std 1 subtracts the mean only.");
        if (given && name is not null)
            throw new ArgumentException("Either --normalization names a mean and std, or --mean and --std give them.");
        string[] ensemble = parsed.GetValue(Ensemble) ?? [];
        if (ensemble.Length > 0 && parsed.GetValue(File) is not null)
            throw new ArgumentException("Either --classifier-file names a classifier, or --ensemble several.");
        if (ensemble.Length == 0 && parsed.GetValue(Aggregate) is not null)
            throw new ArgumentException("--aggregate is for an --ensemble.");
        foreach (string member in ensemble)
            ModelOptions.ExistingModelOrFolder(member);
        return new ClassifierChoice
        {
            Ensemble = ensemble,
            Aggregate = parsed.GetValue(Aggregate) ?? Ensembles.Forms[0],
            File = ModelOptions.ExistingModelOrFolder(parsed.GetValue(File) ?? ensemble.FirstOrDefault()),
            Network = parsed.GetValue(Network),
            Classes = parsed.GetValue(Classes),
            Normalization = given ? Given(mean, std) : name is null ? null : NetworkCatalog.Normalizations[name],
            HasNormalization = given || name is not null,
            Resize = parsed.GetValue(Resize),
            Weights = _weights.Read(parsed, inertTypes),
        };
    }

    private static Normalization Given(double[] mean, double[] std)
    {
        if (std.Length != 1 && std.Length != mean.Length)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"--mean has {mean.Length} numbers and --std {std.Length}: give one for each channel."));
        }

        return new Normalization(
            [.. mean.Select(static value => (float)value)],
            [.. mean.Select((_, channel) => (float)std[std.Length == 1 ? 0 : channel])]);
    }
}

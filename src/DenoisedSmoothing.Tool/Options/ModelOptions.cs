using System.CommandLine;
using TorchSharp;

namespace DenoisedSmoothing.Tool;

/// <summary>Options that say which denoiser and classifier to load, and where and how they compute.</summary>
internal sealed class ModelOptions
{
    private readonly ClassifierOptions _classifier = new();
    private readonly DenoiserOptions _denoiser = new();
    private readonly PreprocessOptions _between = new();

    public ModelOptions()
    {
        Pair.AcceptOnlyFromAmong([.. PairLoader.Names]);
        Precision.AcceptOnlyFromAmong("float32", "bfloat16", "float16");
    }

    public Option<string?> Pair { get; } = new("--pair")
    {
        HelpName = "name",
        Description =
            $"A known pair: {string.Join(", ", PairLoader.Names)}; all but the first need files [default: fashion-mnist, unless "
            + $"--classifier-file names a model of your own]",
    };

    public Option<string> Device { get; } = new("--device")
    {
        HelpName = "name",
        DefaultValueFactory = _ => "cpu",
        Description = "Where to compute: cpu, cuda, cuda:1 ...",
    };

    public Option<string> Precision { get; } = new("--precision")
    {
        HelpName = "type",
        DefaultValueFactory = _ => "float32",
        Description = "Arithmetic inside the networks: float32, bfloat16 or float16; the certificate names it",
    };

    public Option<bool> Tf32 { get; } = new("--tf32")
    {
        Description = "Let a GPU round float32 factors to TF32: faster, and other votes; the certificate names it",
    };

    public Option<string[]?> InertTypes { get; } = new("--inert-type")
    {
        HelpName = "name",
        Description = "A Python type that a torch.save file holds beside the weights, to be read past, such as "
            + "omegaconf.dictconfig.DictConfig; can be repeated. Nothing of a file is ever run",
    };

    public ClassifierOptions Classifier => _classifier;

    public IEnumerable<OptionGroup> All =>
        [new("Models", [Pair, Device, Precision, Tf32, InertTypes]), _classifier.All, _denoiser.All, _between.All];

    /// <summary>Those of a verb that trains a classifier: no pair, and in float32.</summary>
    public IEnumerable<OptionGroup> ForTraining => [_classifier.One, _denoiser.All, new("Machine", [Device, InertTypes])];

    public ModelChoice Read(ParseResult parsed)
    {
        bool tf32 = parsed.GetValue(Tf32);
        if (LibTorch.DeviceNamed(parsed.GetValue(Device)!).type != DeviceType.CUDA && tf32) // a wrong name is said before files are read
            throw new ArgumentException("--tf32 is an arithmetic of GPUs: say --device cuda, or leave it out.");
        if (tf32)
            LibTorch.AllowTf32 = true;
        string[] inert = parsed.GetValue(InertTypes) ?? [];
        ClassifierChoice classifier = _classifier.Read(parsed, inert);
        string? network = classifier.Network ?? (classifier.File is { } file ? FileMetadata.ClassifierOf(file) : null);
        return new ModelChoice
        {
            Pair = parsed.GetValue(Pair) ?? (classifier.File is null || network == PairLoader.Bundled ? PairLoader.Bundled : null),
            Classifier = classifier,
            Denoiser = _denoiser.Read(parsed, inert),
            Between = _between.Read(parsed),
            Device = parsed.GetValue(Device)!,
            Precision = parsed.GetValue(Precision) ?? "float32",
        };
    }

    /// <summary>Refuses a file that is not there, or is no model, before any work.</summary>
    /// <exception cref="IOException">It is not, or is a folder.</exception>
    /// <exception cref="InvalidDataException">It is of another kind, which the message names.</exception>
    public static string? ExistingModel(string? path) => Existing(path) is { } there ? ModelFiles.Model(there) : null;

    /// <summary>Refuses a file that is not there, before any work.</summary>
    /// <exception cref="IOException">It is not, or is a folder.</exception>
    public static string? Existing(string? path) => path is null || File.Exists(path) ? path
        : Directory.Exists(path) ? throw new IOException($"{path} is a folder: name a file inside of it.")
        : throw new FileNotFoundException($"There is no file '{path}'.");
}

using System.CommandLine;
using DenoisedSmoothing.Presets;
using TorchSharp;

namespace DenoisedSmoothing.Tool;

/// <summary>Options that say which denoiser and classifier to load, and where and how they compute.</summary>
/// <param name="severalDevices">Whether the verb draws votes on several devices at once.</param>
internal sealed class ModelOptions(bool severalDevices = false)
{
    private readonly ClassifierOptions _classifier = new();
    private readonly DenoiserOptions _denoiser = new();
    private readonly PreprocessOptions _between = new();

    public Option<string?> Pair { get; } = OneOf(PairLoader.Names, new Option<string?>("--pair")
    {
        HelpName = "name",
        Description =
            $"A known pair: {string.Join(", ", PairLoader.Names)}; all but the first need files [default: fashion-mnist, unless "
            + $"--classifier-file names a model of your own]",
    });

    public Option<string> Device { get; } = new("--device")
    {
        HelpName = "name",
        DefaultValueFactory = _ => "cpu",
        Description = severalDevices
            ? "Where to compute: cpu, cuda, cuda:1, or several cards together: cuda:all, or cuda:0,cuda:2"
            : "Where to compute: cpu, cuda, cuda:1 ...",
    };

    public Option<string> Precision { get; } = OneOf(["float32", "bfloat16", "float16"], new Option<string>("--precision")
    {
        HelpName = "type",
        DefaultValueFactory = _ => "float32",
        Description = "Arithmetic inside the networks: float32, bfloat16 or float16; the certificate names it",
    });

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

    /// <summary>Those for a verb that trains a classifier: no pair, and in float32.</summary>
    public IEnumerable<OptionGroup> ForTraining => [_classifier.One, _denoiser.All, new("Machine", [Device, InertTypes])];

    public ModelChoice Read(ParseResult parsed)
    {
        bool tf32 = parsed.GetValue(Tf32);
        IReadOnlyList<string> devices = Devices(parsed); // a wrong name is reported before files are read
        if (tf32 && LibTorch.DeviceNamed(devices[0]).type != DeviceType.CUDA)
            throw new ArgumentException("--tf32 is an arithmetic of GPUs: say --device cuda, or leave it out.");
        if (tf32)
            LibTorch.AllowTf32 = true;
        string[] inert = parsed.GetValue(InertTypes) ?? [];
        ClassifierChoice classifier = _classifier.Read(parsed, inert);
        string? network = classifier.Network
            ?? (classifier.File is { } file && !Directory.Exists(file) ? FileMetadata.ClassifierOf(file) : null);
        return new ModelChoice
        {
            Pair = parsed.GetValue(Pair) ?? (classifier.File is null || network == PairLoader.Bundled ? PairLoader.Bundled : null),
            Classifier = classifier,
            Denoiser = _denoiser.Read(parsed, inert),
            Device = devices[0],
            MoreDevices = [.. devices.Skip(1)],
            Between = _between.Read(parsed),
            Precision = parsed.GetValue(Precision) ?? "float32",
        };
    }

    private IReadOnlyList<string> Devices(ParseResult parsed)
    {
        string names = parsed.GetValue(Device)!;
        IReadOnlyList<string> devices = LibTorch.DevicesNamed(names);
        return severalDevices || devices.Count == 1
            ? devices
            : throw new ArgumentException($"{parsed.CommandResult.Command.Name} computes on one device, and --device {names} names "
                + $"{devices.Count}: name one, such as {devices[0]}.");
    }

    private static Option<T> OneOf<T>(IEnumerable<string> values, Option<T> option)
    {
        option.AcceptOnlyFromAmong([.. values]);
        return option;
    }

    /// <summary>Refuses a file that does not exist or is not a model, before any work.</summary>
    /// <exception cref="IOException">It does not exist, or is a folder.</exception>
    /// <exception cref="InvalidDataException">It is of another kind, which the message names.</exception>
    public static string? ExistingModel(string? path) => Existing(path) is { } there ? ModelFiles.Model(there) : null;

    /// <summary>Like <see cref="ExistingModel"/>, but also accepts a folder from a model hub: one with config.json.</summary>
    public static string? ExistingModelOrFolder(string? path) =>
        path is not null && PretrainedModel.IsFolder(path) ? path
        : Directory.Exists(path) ? throw new IOException(
            $"{path} is a folder without config.json: name a file inside it, or a model's folder.")
        : ExistingModel(path);

    /// <summary>Refuses a file that does not exist, before any work.</summary>
    /// <exception cref="IOException">It does not exist, or is a folder.</exception>
    public static string? Existing(string? path) => path is null || File.Exists(path) ? path
        : Directory.Exists(path) ? throw new IOException($"{path} is a folder: name a file inside it.")
        : throw new FileNotFoundException($"There is no file '{path}'.");
}

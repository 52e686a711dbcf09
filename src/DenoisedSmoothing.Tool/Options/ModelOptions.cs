using System.CommandLine;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Presets;

namespace DenoisedSmoothing.Tool;

/// <summary>Options that say which denoiser and classifier to load, and where and how they compute.</summary>
internal sealed class ModelOptions
{
    public ModelOptions()
    {
        Pair.AcceptOnlyFromAmong([.. PairLoader.Names]);
        DenoiserNetwork.AcceptOnlyFromAmong([.. NetworkCatalog.Denoisers.Keys]);
        ClassifierNetwork.AcceptOnlyFromAmong([.. NetworkCatalog.Classifiers.Keys]);
        Normalization.AcceptOnlyFromAmong([.. NetworkCatalog.Normalizations.Keys]);
        Schedule.AcceptOnlyFromAmong("cosine", "linear");
        Precision.AcceptOnlyFromAmong("float32", "bfloat16", "float16");
    }

    public Option<string?> Pair { get; } = new("--pair")
    {
        HelpName = "name",
        Description =
            $"A known pair: {string.Join(", ", PairLoader.Names)}; all but the first need files [default: fashion-mnist, unless "
            + $"--classifier-file names a model of your own]",
    };

    public Option<string?> DenoiserFile { get; } = new("--denoiser-file")
    {
        HelpName = "file",
        Description =
            "The pair's denoiser, or one of your own: weights (safetensors, torch.save), TorchScript .pt, .onnx, or what train-denoiser "
            + "wrote",
    };

    public Option<string?> DenoiserNetwork { get; } = new("--denoiser-network")
    {
        HelpName = "name",
        Description = $"What the denoiser's weights belong to: {string.Join(", ", NetworkCatalog.Denoisers.Keys)}",
    };

    public Option<string?> ClassifierFile { get; } = new("--classifier-file")
    {
        HelpName = "file",
        Description = "The pair's classifier, or one of your own, in the same formats",
    };

    public Option<string?> ClassifierNetwork { get; } = new("--classifier-network", "--network")
    {
        HelpName = "name",
        Description = $"What the classifier's weights belong to: {string.Join(", ", NetworkCatalog.Classifiers.Keys)}",
    };

    public Option<int?> Classes { get; } = new Option<int?>("--classes")
    {
        HelpName = "K",
        Description = "Number of classes of a classifier of your own [default: the file's or the network's, else 10]",
    }
        .Check(classes => classes >= 2, "--classes must be at least 2.");

    public Option<string?> Normalization { get; } = new("--normalization")
    {
        HelpName = "name",
        Description =
            $"What your classifier was trained with: {string.Join(", ", NetworkCatalog.Normalizations.Keys)} [default: the network's, "
            + $"else none]",
    };

    public Option<int?> Resize { get; } = new Option<int?>("--resize")
    {
        HelpName = "pixels",
        Description = "Height and width that your classifier wants [default: the network's, else the images']",
    }
        .Check(size => size >= 1, "--resize must be at least 1 pixel.");

    public Option<string?> Schedule { get; } = new("--schedule")
    {
        HelpName = "name",
        Description = "Noise schedule of your diffusion model: cosine or linear [default: the network's, else cosine]",
    };

    public Option<int?> ScheduleTimesteps { get; } = new Option<int?>("--schedule-timesteps")
    {
        HelpName = "T",
        Description = "Its number of timesteps [default: the network's, else 1000]",
    }
        .Check(count => count >= 2, "--schedule-timesteps must be at least 2.");

    public Option<Parametrization?> Predicts { get; } = new("--predicts")
    {
        Description = "What your diffusion model predicts [default: Epsilon]",
    };

    public Option<double?> TimestepScale { get; } = new Option<double?>("--timestep-scale")
    {
        HelpName = "factor",
        Description = "Your diffusion model is fed t times this [default: the network's, else 1]",
    }
        .Check(scale => scale > 0 && double.IsFinite(scale.Value), "--timestep-scale must be a finite number above 0.");

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

    public IEnumerable<Option> All =>
        [Pair, DenoiserFile, DenoiserNetwork, ClassifierFile, ClassifierNetwork, Classes, Normalization, Resize, Schedule,
            ScheduleTimesteps, Predicts, TimestepScale, Device, Precision];

    public ModelChoice Read(ParseResult parsed)
    {
        LibTorch.DeviceNamed(parsed.GetValue(Device)!); // a wrong name is said before files are read
        string? file = Existing(parsed.GetValue(ClassifierFile)), network = parsed.GetValue(ClassifierNetwork);
        return new ModelChoice
        {
            Pair = parsed.GetValue(Pair) ?? (file is null || (network ?? FileMetadata.ClassifierOf(file)) == PairLoader.Bundled
                ? PairLoader.Bundled
                : null),
            DenoiserFile = Existing(parsed.GetValue(DenoiserFile)),
            DenoiserNetwork = parsed.GetValue(DenoiserNetwork),
            ClassifierFile = file,
            ClassifierNetwork = network,
            Classes = parsed.GetValue(Classes),
            Normalization = parsed.GetValue(Normalization),
            Resize = parsed.GetValue(Resize),
            Schedule = parsed.GetValue(Schedule),
            ScheduleTimesteps = parsed.GetValue(ScheduleTimesteps),
            Predicts = parsed.GetValue(Predicts),
            TimestepScale = parsed.GetValue(TimestepScale),
            Device = parsed.GetValue(Device)!,
            Precision = parsed.GetValue(Precision)!,
        };
    }

    private static string? Existing(string? path) => path is null || File.Exists(path)
        ? path
        : throw new FileNotFoundException($"There is no file '{path}'.");
}

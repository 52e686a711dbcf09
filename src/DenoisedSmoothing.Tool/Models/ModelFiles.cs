using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Hub;
using DenoisedSmoothing.Networks;
using DenoisedSmoothing.OnnxRuntime;
using DenoisedSmoothing.Presets;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Tool;

/// <summary>Loads a classifier and a denoiser from files, according to what each file is.</summary>
internal static class ModelFiles
{
    private static readonly FileKind[] s_noModels =
    [
        FileKind.GitLfsPointer, FileKind.WebPage, FileKind.Empty, FileKind.Gzip, FileKind.Packed, FileKind.Image, FileKind.Idx,
        FileKind.Pdf, FileKind.Program, FileKind.Log, FileKind.LogJsonLines, FileKind.LogSettings, FileKind.Text,
    ];

    /// <summary>Loads a classifier.</summary>
    /// <param name="choice">Its file and settings.</param>
    /// <param name="fallback">The network for bare weights where nothing says it; null for an error.</param>
    /// <exception cref="InvalidDataException">The file cannot be used; the message says which option may help.</exception>
    public static LoadedClassifier Classifier(ModelChoice choice, string? fallback = null) =>
        Advised(choice.Classifier.Weights.Part, () => choice.Classifier.Ensemble.Count == 0
            ? LoadClassifier(choice, fallback)
            : LoadEnsemble(choice, fallback));

    /// <summary>Loads a denoiser: a diffusion model, or an ONNX one that can be used only in one shot.</summary>
    /// <inheritdoc cref="Classifier"/>
    public static (DiffusionModel? Diffusion, IDenoiser? Own, DenoiserCard? Card, IDisposable Owned) Denoiser(ModelChoice choice,
        string? fallback = null) => Advised(choice.Denoiser.Weights.Part, () => LoadDenoiser(choice, fallback));

    // Errors are in the terms of the command line.
    private static T Advised<T>(string part, Func<T> load)
    {
        try
        {
            return load();
        }
        catch (CheckpointException e)
        {
            throw new InvalidDataException(Advice.Of(e, part), e);
        }
    }

    private static LoadedClassifier LoadEnsemble(ModelChoice choice, string? fallback)
    {
        List<IClassifier> members = [];
        List<string> notes = [];
        LoadedParts owned = new();
        try
        {
            foreach (string file in choice.Classifier.Ensemble)
            {
                LoadedClassifier member = LoadClassifier(choice with { Classifier = choice.Classifier with { File = file } }, fallback);
                members.Add(member.Classifier);
                notes.AddRange(member.Notes.Select(note => $"{file}: {note}"));
                owned.Add(member.Owned);
            }

            return new(Ensembles.Of(choice.Classifier.Aggregate, members), null, owned) { Notes = notes };
        }
        catch
        {
            owned.Dispose();
            throw;
        }
    }

    private static LoadedClassifier LoadClassifier(ModelChoice choice, string? fallback)
    {
        ClassifierChoice its = choice.Classifier;
        string path = Model(its.File ?? throw new ArgumentException("--classifier-file names the classifier: there is none without it."));
        (int, int)? Resize(int? otherwise) => (its.Resize ?? otherwise) is { } size ? (size, size) : null;
        if (Directory.Exists(path))
            return LoadPretrained(choice, path);
        if (IsOnnx(path))
        {
            RequireWhole(choice, path, its.Network, its.Weights.WeightsOption);
            OnnxClassifier onnx = OnnxClassifier.Load(path, its.Classes, its.Normalization, Resize(null), its.Weights.Tensors);
            return new(onnx, null, onnx);
        }

        if (TorchScriptNetwork.IsTorchScript(path))
        {
            RequireWhole(choice, path, its.Network, its.Weights.WeightsOption);
            RequireOneInput(path, its.Weights.InputOption);
            ModuleClassifier script = TorchScript.LoadClassifier(
                path, its.Classes ?? 10, its.Normalization, Resize(null), choice.Device, its.Weights.Output);
            return new(script, null, script);
        }

        if (its.Weights.TensorOption is { } option)
            throw new ArgumentException($"{option} is for a model that comes with its network; {path} holds weights.");
        List<string> notes = [];
        string? name = its.Network ?? FileMetadata.ClassifierOf(path) ?? fallback;
        if (name is null && (name = NetworkCatalog.Recognise(path, its.Weights.Options(new()))) is not null)
            notes.Add($"{path}: recognised by names and shapes as {name}, with the settings that it was published with.");
        if (name is null)
            return LoadPretrained(choice, path);
        CatalogClassifier network = NetworkCatalog.Classifiers.GetValueOrDefault(name)
            ?? throw new InvalidDataException($"{path} names the network '{name}', which this program does not know.");
        int classes = its.Classes ?? FileMetadata.ClassesOf(path) ?? network.ClassCount;
        nn.Module<Tensor, Tensor> module = network.Load(path, classes, choice.Device, its.Weights.Options(network.Checkpoint));
        ModuleClassifier classifier = new(InPrecision<nn.IModule<Tensor, Tensor>>(module, choice), classes,
            its.HasNormalization ? its.Normalization : network.Normalization, Resize(network.Resize), disposeNetwork: true);
        return new(classifier, name, classifier) { Notes = notes };
    }

    // A folder from a model hub, or weights that show what they are.
    private static LoadedClassifier LoadPretrained(ModelChoice choice, string path)
    {
        ClassifierChoice its = choice.Classifier;
        if (Directory.Exists(path) && (its.Network is not null ? "--classifier-network" : its.Weights.TensorOption) is { } option)
            throw new ArgumentException($"{option} cannot be used with the folder {path}, which itself says what it holds.");
        PretrainedModel model = PretrainedModel.Open(path, new PretrainedModelOptions
        {
            Device = choice.Device,
            Checkpoint = its.Weights.Options(new()),
            // If typed, none counts as a normalisation.
            Normalization = its.HasNormalization ? its.Normalization ?? Normalization.ToSymmetric : null,
        });
        try
        {
            if (its.Classes is { } classes && classes != model.ClassCount)
                throw new ArgumentException($"--classes {classes} is not what {path} has: {model.ClassCount}. Leave it out.");
            (int, int)? resize = (its.Resize ?? model.ImageSize) is { } size ? (size, size) : null;
            ModuleClassifier classifier = new(InPrecision<nn.IModule<Tensor, Tensor>>(model.Network, choice), model.ClassCount,
                its.HasNormalization ? its.Normalization : model.Normalization, resize, disposeNetwork: true);
            return new(classifier, null, classifier)
            {
                Notes = Directory.Exists(path) ? [.. model.Notes, Preparation(model, path)] : model.Notes,
            };
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    // Not done here: the denoiser may want images of another size.
    private static string Preparation(PretrainedModel model, string folder) =>
        $"{folder} prepares photos by {model.Preprocess}. That is left to --image-resize, --image-resampling and --image-crop, since it "
        + "comes before the noise"
        + (model.ImageSize is { } side ? $"; images of other sizes are resized to {side}x{side} after the denoiser." : ".");

    private static (DiffusionModel? Diffusion, IDenoiser? Own, DenoiserCard? Card, IDisposable Owned) LoadDenoiser(ModelChoice choice,
        string? fallback)
    {
        DenoiserChoice its = choice.Denoiser;
        if (PretrainedDiffusion.IsFolder(its.File!))
            return DenoiserFolder.Load(choice);
        string path = Model(its.File!);
        Parametrization predicts = its.Predicts ?? Parametrization.Epsilon;
        if (IsOnnx(path))
        {
            RequireWhole(choice, path, its.Network, its.Weights.WeightsOption);
            OnnxDenoiser onnx = OnnxDenoiser.Load(
                path, NewSchedule(its, null), predicts, its.TimestepScale ?? 1, options: its.Tensors);
            return (null, onnx, null, onnx);
        }

        if (TorchScriptNetwork.IsTorchScript(path))
        {
            RequireWhole(choice, path, its.Network, its.Weights.WeightsOption);
            RequireOneInput(path, its.Weights.InputOption ?? (its.TimestepInput is null ? null : "--timestep-input"));
            OneShotDenoiser script = TorchScript.LoadDenoiser(path, NewSchedule(its, null), its.TimestepScale ?? 1,
                parametrization: predicts, device: choice.Device, output: its.Weights.Output);
            return (script.Model, null, null, script);
        }

        DenoiserCard? card = DenoiserCard.Find(path);
        if (card is not (null or DiffusionCard) && (its.SettingsOfOwn ?? its.Weights.WeightsOption) is { } setting)
            throw new ArgumentException($"{path} itself says what it is, and was trained at {card.TrainedAt}: leave {setting} out.");
        if (its.Weights.TensorOption is { } option)
            throw new ArgumentException($"{option} is for a model that comes with its network; {path} holds weights.");
        if (card?.Contradiction(its.Said, DenoiserChoice.OptionOf) is { } contradiction)
            throw new ArgumentException($"{contradiction}: leave it out, or name the file that was meant.");
        if (card is not null)
        {
            TrainedDenoiser trained = card.Load(
                choice.Device, card is DiffusionCard ? its.Weights.Options(new()) : null, Precisions.TypeOf(choice.Precision));
            return (trained.Model, trained.Model is null ? trained.Plain : null, card, trained);
        }

        string name = its.Network ?? fallback
            ?? throw new ArgumentException(
                $"{path} holds weights alone: say what network they belong to with --denoiser-network "
                + $"{string.Join(" | ", NetworkCatalog.Denoisers.Keys)}.");
        CatalogDenoiser network = NetworkCatalog.Denoisers[name];
        if (network.IsEdm && its.ScheduleOption is { } timesteps)
            throw new ArgumentException($"{name} is told the noise level itself, and has no timesteps: leave {timesteps} out.");
        INoiseSchedule schedule = NewSchedule(its, network);
        nn.Module<Tensor, Tensor, Tensor> module = network.Load(path, choice.Device, its.Weights.Options(new()));
        if (network.IsEdm)
        {
            SigmaConditionedModel edm = network.Conditioned(
                InPrecision<nn.IModule<Tensor, Tensor, Tensor>>(module, choice), disposeNetwork: true);
            return (null, new NoiseLevelDenoiser(edm), null, edm);
        }

        DiffusionModel model = new(
            InPrecision<nn.IModule<Tensor, Tensor, Tensor>>(module, choice), schedule,
            its.TimestepScale ?? network.TimestepScale, network.LastTimestep, predicts, disposeNetwork: true);
        return (model, null, null, model);
    }

    private static INoiseSchedule NewSchedule(DenoiserChoice its, CatalogDenoiser? network)
    {
        int count = its.ScheduleTimesteps ?? network?.Timesteps ?? 1000;
        return DiffusionCard.NewSchedule(its.Schedule ?? network?.Schedule ?? "cosine", count);
    }

    private static TModule InPrecision<TModule>(nn.Module network, ModelChoice choice) where TModule : class =>
        Precisions.TypeOf(choice.Precision) is { } half
        ? (TModule)(object)new HalfPrecisionNetwork(network, half)
        : (TModule)(object)network;

    // A file that contains its network has no use for options about weights.
    private static void RequireWhole(ModelChoice choice, string path, string? network, string? option)
    {
        if (network is not null || option is not null)
            throw new ArgumentException($"{option ?? "A network's name"} is for weights alone: {path} brings its own network.");
        if (choice.Precision != "float32")
            throw new ArgumentException($"--precision {choice.Precision} needs weights: {path} brings its own arithmetic.");
    }

    private static void RequireOneInput(string path, string? option)
    {
        if (option is not null)
            throw new ArgumentException($"{option} is for an ONNX model: the TorchScript {path} takes images first, and then timesteps.");
    }

    /// <summary>Identifies what is not a model, before anything is asked about it.</summary>
    public static string Model(string path) => FileKind.Of(path) is { } kind && s_noModels.Contains(kind)
        ? throw new InvalidDataException($"{path}: {Advice.Of(kind.InsteadOf("a model"))}")
        : path;

    // By content; a file with such a name that is not one is left to the reader to report.
    private static bool IsOnnx(string path) =>
        Path.GetExtension(path).Equals(".onnx", StringComparison.OrdinalIgnoreCase) || FileKind.Of(path) == FileKind.Onnx;
}

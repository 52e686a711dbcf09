using System.CommandLine;
using System.CommandLine.Invocation;
using System.Globalization;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Presets;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Tool;

namespace BringYourOwnModel;

/// <summary>The command line: options, their checks, errors in one line, Ctrl-C.</summary>
internal static class ModelCommand
{
    public static Task<int> RunAsync(string[] args, Action<ModelOptions, CancellationToken> run)
    {
        // Numbers are read alike whatever the system's language.
        CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        Option<string> classifier = new("--classifier")
        {
            Required = true,
            HelpName = "file",
            Description = "The classifier: .onnx, TorchScript .pt, or weights (.pt, .th, .safetensors ...) of a named --network",
        };
        Option<string?> network = new("--network")
        {
            HelpName = "name",
            Description = $"What weights alone belong to: {string.Join(", ", NetworkCatalog.Classifiers.Keys)}",
        };
        Option<int?> classes = new("--classes")
        {
            HelpName = "K",
            Description = "Number of classes; an ONNX file mostly says it [default: 10]",
        };
        Option<string?> normalization = new("--normalization")
        {
            Description = "What the classifier was trained with; none if it normalises by itself [default: the named network's, else none]",
        };
        Option<int?> resize = new("--resize")
        {
            HelpName = "pixels",
            Description = "Height and width that the classifier wants [default: the named network's, else the image's own]",
        };
        Option<string?> denoiser = new("--denoiser")
        {
            HelpName = "file",
            Description = "A diffusion model, in the same formats; without one the classifier meets the noise itself",
        };
        Option<string?> denoiserNetwork = new("--denoiser-network")
        {
            HelpName = "name",
            Description = $"What weights alone belong to: {string.Join(", ", NetworkCatalog.Denoisers.Keys)}",
        };
        Option<string?> schedule = new("--schedule")
        {
            Description = "The diffusion model's noise schedule [default: the named network's, else cosine]",
        };
        Option<int?> timesteps = new("--timesteps")
        {
            HelpName = "T",
            Description = "The schedule's number of timesteps [default: the named network's, else 1000]",
        };
        Option<Parametrization> predicts = new("--predicts")
        {
            Description = "What the diffusion model predicts",
            DefaultValueFactory = _ => Parametrization.Epsilon,
        };
        Option<double?> scale = new("--timestep-scale")
        {
            HelpName = "factor",
            Description = "The diffusion model is fed t times this [default: the named network's, else 1]",
        };
        Option<string?> images = new("--images")
        {
            HelpName = "folder",
            Description = "PNG or JPEG images of one size [default: Fashion-MNIST test images from the library]",
        };
        Option<bool> grey = new("--grey") { Description = "Read the folder's images as grey, for a model of one channel" };
        Option<int> first = new("--first") { Description = "At most this many images", DefaultValueFactory = _ => 10 };
        Option<double> sigma = new("--sigma") { Description = "Noise per pixel, for pixels in [0,1]", DefaultValueFactory = _ => 0.25 };
        Option<int> n = new("--n")
        {
            Description = "Noise samples per image behind each radius (the paper takes 100000)",
            DefaultValueFactory = _ => 1000,
        };
        Option<int> batch = new("--batch")
        {
            Description = "Rows per forward pass; what a model with a fixed batch was exported with",
            DefaultValueFactory = _ => 100,
        };
        Option<ulong> seed = new("--seed") { Description = "Noise key, for reproduction", DefaultValueFactory = _ => 1 };
        Option<string> device = new("--device")
        {
            Description = "Where TorchSharp computes: cpu, cuda, cuda:1 ...",
            DefaultValueFactory = _ => "cpu",
        };
        first.Check(count => count >= 1, "--first must be at least 1.");
        normalization.AcceptOnlyFromAmong([.. NetworkCatalog.Normalizations.Keys]);
        schedule.AcceptOnlyFromAmong("cosine", "linear");

        RootCommand root = new("Certifies images with a classifier, and a denoiser, of your own.")
        {
            classifier, network, classes, normalization, resize, denoiser, denoiserNetwork, schedule, timesteps, predicts, scale, images,
                grey, first, sigma, n, batch, seed, device,
        };
        root.SetAction((parsed, cancellationToken) => Task.Run(() =>
        {
            try
            {
                CatalogClassifier? published = NetworkCatalog.Classifiers.GetValueOrDefault(parsed.GetValue(network) ?? "");
                CatalogDenoiser? diffusion = NetworkCatalog.Denoisers.GetValueOrDefault(parsed.GetValue(denoiserNetwork) ?? "");
                int steps = parsed.GetValue(timesteps) ?? diffusion?.Timesteps ?? 1000;
                run(new ModelOptions
                {
                    Classifier = parsed.GetValue(classifier)!,
                    ClassifierNetwork = parsed.GetValue(network),
                    Classes = parsed.GetValue(classes),
                    Normalization = parsed.GetValue(normalization) is { } named
                        ? NetworkCatalog.Normalizations[named]
                        : published?.Normalization,
                    Resize = parsed.GetValue(resize) ?? published?.Resize,
                    Denoiser = parsed.GetValue(denoiser),
                    DenoiserNetwork = parsed.GetValue(denoiserNetwork),
                    Schedule = (parsed.GetValue(schedule) ?? diffusion?.Schedule) == "linear"
                        ? new LinearSchedule(steps)
                        : new CosineSchedule(steps),
                    Predicts = parsed.GetValue(predicts),
                    TimestepScale = parsed.GetValue(scale) ?? diffusion?.TimestepScale ?? 1,
                    Images = parsed.GetValue(images),
                    Grey = parsed.GetValue(grey),
                    First = parsed.GetValue(first),
                    Sigma = parsed.GetValue(sigma),
                    N = parsed.GetValue(n),
                    Batch = parsed.GetValue(batch),
                    Seed = parsed.GetValue(seed),
                    Device = parsed.GetValue(device)!,
                }, cancellationToken);
                return 0;
            }
            catch (OperationCanceledException)
            {
                Console.WriteLine("Cancelled: an unfinished image has no certificate.");
                return 130;
            }
            catch (Exception e)
                when (e is ArgumentException or InvalidOperationException or DllNotFoundException or IOException or InvalidDataException
                    or CheckpointException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine(e.Message);
                return 1;
            }
        }));
        ParseResult parseResult = root.WithPlainNumbers().Parse(args);
        if (parseResult.Action is ParseErrorAction error)
            error.ShowHelp = false;
        // Without a timeout Ctrl-C ends the process at once; a batch in work takes seconds at most.
        return parseResult.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
    }
}

using System.CommandLine;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Transfer;

namespace DenoisedSmoothing.Tool;

/// <summary>The verb transfer: certificates outlive their model.</summary>
internal static class TransferCommand
{
    public static Verb Create()
    {
        Argument<string> from = new("LOG") { Description = "The log of certificates, with its JSON lines and its settings beside it." };
        ModelOptions models = new();
        DataOptions data = new();
        StrategyOptions strategy = new();
        OutputOptions output = new();
        output.Out.Required = true;
        Option<string?> precision = new("--to-precision")
        {
            HelpName = "type",
            Description = "The successor's arithmetic: float32, bfloat16 or float16",
        };
        precision.AcceptOnlyFromAmong("float32", "bfloat16", "float16");
        Option<string?> denoiser = File("--to-denoiser-file", "The successor's denoiser, in place of the certified one's");
        Option<string?> classifier = File("--to-classifier-file", "The successor's classifier, in place of the certified one's");
        Option<string?> device = new("--to-device")
        {
            HelpName = "name",
            Description = "Where the successor computes: cpu, cuda, cuda:1 ...",
        };
        Option<long> pairs = new Option<long>("--pairs")
        {
            HelpName = "count",
            DefaultValueFactory = _ => 2000,
            Description = "Noisy images that both vote on, for each certificate",
        }
            .Within(new(1, ClopperPearson.MaxTrials));
        Option<double> alpha = new Option<double>("--alpha")
        {
            HelpName = "a",
            DefaultValueFactory = _ => 0.001,
            Description = "Allowed probability that the bound on the difference is wrong; it comes on top of the certificates' own",
        }
            .Within(CertifierOptions.AlphaRange, CertifierOptions.AboutAlpha);
        Option<ulong?> seed = new("--seed")
        {
            HelpName = "k",
            Description = "Key of the pairs' noise, for reproduction; not the certificates' own [default: fresh ones]",
        };
        return new Verb(
            "transfer",
            "Gives the certificates of a log to a successor of its model, such as the same weights in bfloat16 or fine-tuned: from votes "
                + "of both on the same fresh noise, far fewer than new certificates take. The model options name the certified model, "
                + "those that begin with --to what is different about its successor.",
            [
                "transfer runs/050.tsv --to-precision bfloat16 --out runs/050-bfloat16.tsv",
                "transfer runs/050.tsv --to-classifier-file tuned.safetensors --pairs 5000 --out runs/tuned.tsv --resume",
            ],
            Verb.ExitCodesOfARun)
            .With(from).With(new OptionGroup("Successor", [precision, denoiser, classifier, device]))
            .With(new OptionGroup("Transfer", [pairs, alpha, seed])).With(output.All)
            .With(models.All).With(data.Source).With(strategy.All)
            .Does(Run);

        int Run(ParseResult parsed, CancellationToken cancellationToken)
        {
            string path = parsed.GetRequiredValue(from);
            CertificationLogMeta settings = CertificationLogMeta.Find(path)
                ?? throw new InvalidDataException(
                    $"{path} has no {CertificationLogMeta.PathFor(path)} beside it, so its settings are not known.");
            double sigma = PlainNumber.Parse(settings.Settings.GetValueOrDefault("sigma") ?? "", $"The sigma beside {path}");
            ModelChoice certified = models.Read(parsed);
            ModelChoice successor = certified with
            {
                Precision = parsed.GetValue(precision) ?? certified.Precision,
                Denoiser = ModelOptions.ExistingModel(parsed.GetValue(denoiser)) is { } denoises
                    ? certified.Denoiser with { File = denoises }
                    : certified.Denoiser,
                Classifier = ModelOptions.ExistingModel(parsed.GetValue(classifier)) is { } classifies
                    ? certified.Classifier with { File = classifies }
                    : certified.Classifier,
                Device = parsed.GetValue(device) ?? certified.Device,
            };
            if (successor == certified)
                throw new ArgumentException(
                    "The successor is the certified model: one of the --to options says what is different about it.");

            string log = output.Read(parsed)!;
            IImageDataset images = DataSources.Open(data.Read(parsed, certified.Pair));
            using LoadedModels f = PairLoader.Load(certified), next = PairLoader.Load(successor);
            StrategyChoice denoising = strategy.Read(parsed);
            TransferRun run = new()
            {
                From = path,
                Settings = settings,
                LogPath = log,
                Resume = parsed.GetValue(output.Resume),
                Images = f.Preprocess is { } preprocess ? images.Prepared(preprocess) : images,
                Certified = Strategies.BaseClassifier(f, denoising, sigma),
                Successor = Strategies.BaseClassifier(next, denoising, sigma),
                Devices = (certified.Device, successor.Device),
                Transfer = new CertificateTransfer(parsed.GetValue(pairs), parsed.GetValue(alpha)),
                Seed = parsed.GetValue(seed),
            };
            run.Execute(parsed.InvocationConfiguration.Output, cancellationToken);
            return CommandLine.Done;
        }
    }

    private static Option<string?> File(string name, string description) =>
        new(name) { HelpName = "file", Description = description };
}

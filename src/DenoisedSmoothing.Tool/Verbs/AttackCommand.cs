using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Training.Attacks;

namespace DenoisedSmoothing.Tool;

/// <summary>The verb attack: tests certificates.</summary>
internal static class AttackCommand
{
    /// <summary>An attack contradicts a certificate.</summary>
    public const int Contradicted = 3;

    private static readonly TimeSpan s_linesEvery = TimeSpan.FromSeconds(10);

    public static Verb Create()
    {
        ModelOptions models = new(severalDevices: true);
        DataOptions data = new();
        StrategyOptions strategy = new();
        SamplingOptions sampling = new();
        CertifierOptions certifier = new();
        AttackOptions attacks = new();
        Option<string?> log = new Option<string?>("--out")
        {
            HelpName = "log",
            Description = "The log to write: JSON lines, the settings and then one line per image [default: none]",
        }
            .Check(path => path!.Length > 0 && !Directory.Exists(path), "--out must name a file, not a folder.");
        Option<bool> resume = new("--resume") { Description = "Continue the log where it stops; begin one if there is none" };
        Option<string?> plot = new("--plot")
        {
            HelpName = "figure",
            Description = "Draw certified accuracy and accuracy under attack: .png or .svg",
        };
        return new Verb(
            "attack",
            "Certifies images and attacks them within their certified radii: by gradients, by estimates of them, by search among votes, "
                + "in the low bits, and knowing the seed. Fresh votes judge whether an answer changed. No attack "
                + "changes a sound certificate.",
            [
                "attack --sigma 0.5 --n 1000 --max 5",
                "attack --sigma 0.5 --n 1000 --max 40 --beyond 0.5,1,1.5,2,3,4 --plot attacked.png --out runs/attack.jsonl --resume",
                "attack --sigma 0.5 --norm l1 --n 1000 --max 20 --attacks pgd,search",
            ],
            [
                (CommandLine.Done, "no attack changed an answer within its certified radius"),
                (CommandLine.Failed, "an option, a file or an image was invalid; the message says which"),
                (Contradicted, "an attack changed an answer within its certified radius; also where the run was stopped after it"),
                (CommandLine.Cancelled, "stopped (Ctrl-C) before any did; images that are in the log are kept"),
            ])
            .With(models.All).With(data.Selection).With(strategy.All).With(sampling.All).With(certifier.All).With(attacks.All)
            .With([log, resume, plot])
            .Does(Run);

        int Run(ParseResult parsed, CancellationToken cancellationToken)
        {
            TextWriter output = parsed.InvocationConfiguration.Output, error = parsed.InvocationConfiguration.Error;
            ModelChoice choice = models.Read(parsed);
            DataChoice images = data.Read(parsed, choice.Pair);
            double sigma = parsed.GetValue(sampling.Sigma);
            string? path = parsed.GetValue(log), figure = parsed.GetValue(plot);
            if (path is null && parsed.GetValue(resume))
                throw new ArgumentException("--resume continues a log: name it with --out.");
            if (figure is not null)
                AccuracyPlot.CheckPath(figure);
            foreach (string file in new[] { path, figure }.OfType<string>())
                OutputFolder.Check(file);

            IImageDataset opened = DataSources.Open(images);
            using LoadedReplicas replicas = LoadedReplicas.Load(choice);
            LoadedModels loaded = replicas.First;
            loaded.Tell(error);
            StrategyChoice denoising = strategy.Read(parsed);
            AttackRun run = new()
            {
                Images = loaded.Preprocess is { } preprocess ? opened.Prepared(preprocess) : opened,
                Range = images.Range,
                Replicas = replicas.BaseClassifiers(models => Strategies.BaseClassifier(models, denoising, sigma)),
                Noise = sampling.Noise(parsed),
                Certifier = certifier.Read(parsed),
                Attacks = attacks.Read(parsed),
                Batch = parsed.GetValue(sampling.Batch),
                Seed = parsed.GetValue(sampling.Seed),
                LogPath = path,
                Resume = parsed.GetValue(resume),
            };
            int total = images.Range.CountOf(opened.Count);
            output.WriteLine(Screen.Fold(string.Create(CultureInfo.InvariantCulture,
                $"{loaded.Name}, {Strategies.KindOf(loaded, denoising)}, sigma {sigma}, {run.Certifier.Method}, {total} images")
                + replicas.OnDevices, Screen.LineWidth));
            List<AttackRecord> records = [];
            Watch(run, total, output, error, records, cancellationToken);
            AttackReport report = new(records, run.Attacks.Names, run.Noise.Norm);
            report.Print(output, run.Attacks.Beyond);
            if (figure is not null)
                AccuracyPlot.Save(figure, report.Curves(run.Attacks.Beyond), [run.Noise.Norm], "accuracy");
            return Conclude(report, output, error);
        }
    }

    /// <summary>
    /// Prints a line for each image, and one now and then while an image is attacked. However it ends, any contradictions found are
    /// reported.
    /// </summary>
    private static void Watch(
        AttackRun run, int total, TextWriter output, TextWriter error, List<AttackRecord> done, CancellationToken cancellationToken)
    {
        Stopwatch sinceLine = Stopwatch.StartNew();
        AttackRecord? current = null;
        try
        {
            foreach (AttackRecord record in run.Run(Doing, record => current = record, cancellationToken))
            {
                current = null;
                sinceLine.Restart();
                output.WriteLine(Screen.Fold(Line(record), Screen.LineWidth));
                done.Add(record);
            }
        }
        catch (Exception e)
        {
            Exception said = AfterFindings(e, new(current is null ? done : [.. done, current], run.Attacks.Names, run.Noise.Norm), error);
            if (said != e)
                throw said;
            throw;
        }

        void Doing(string what)
        {
            if (sinceLine.Elapsed < s_linesEvery)
                return;
            sinceLine.Restart();
            output.WriteLine($"{done.Count}/{total} images; {what}");
        }
    }

    private static string Line(AttackRecord record)
    {
        string certified = record.Certificate.Label is { } label
            ? string.Create(CultureInfo.InvariantCulture,
                $"certified {label} within {Math.Floor(record.Certificate.Radius * 1000) / 1000:F3}")
            : "abstains";
        string changed = record.Contradictions.Any() ? "CONTRADICTED"
            : record.ChangedAt is { } distance ? string.Create(CultureInfo.InvariantCulture, $"changed at {distance:F3}")
            : record.Beyond.Count > 0 ? string.Create(CultureInfo.InvariantCulture, $"not changed within {record.Beyond[^1].Radius}")
            : record.Inside.Count > 0 ? "held" : "nothing to attack";
        return string.Create(CultureInfo.InvariantCulture,
            $"{record.Index,6}  label {record.Label}, {certified}, {record.Inside.Count} attacks inside: {changed}  {record.Seconds:F1} s");
    }

    /// <summary>Reports the contradictions of a run that was stopped or failed.</summary>
    /// <returns>What to throw: a stop after something was found has the exit code for that.</returns>
    internal static Exception AfterFindings(Exception end, AttackReport report, TextWriter error)
    {
        if (!report.Contradictions.Any())
            return end;
        Tell(report, error);
        return end is OperationCanceledException ? new StoppedWithFindingsException(Contradicted, end) : end;
    }

    internal static int Conclude(AttackReport report, TextWriter output, TextWriter error)
    {
        if (!report.Contradictions.Any())
        {
            output.WriteLine($"No answer changed in {report.Trials} attacks within certified radii.");
            return CommandLine.Done;
        }

        Tell(report, error);
        return Contradicted;
    }

    private static void Tell(AttackReport report, TextWriter error)
    {
        (AttackRecord Image, AttackOutcome Outcome)[] contradictions = [.. report.Contradictions];
        error.WriteLine($"CONTRADICTED: {contradictions.Length} of {report.Trials} attacks changed an answer within its certified radius.");
        foreach ((AttackRecord image, AttackOutcome outcome) in contradictions)
        {
            error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  image {image.Index}: {outcome.Attack} at {outcome.Distance} of {outcome.Radius} makes {outcome.Label} "
                    + $"{outcome.Answer.Label}, p-value {outcome.Answer.PValue:E1}"));
        }

        error.WriteLine("A certificate may be wrong with the probability of its alpha. More than that is a fault: please report it.");
    }
}

using System.CommandLine;

namespace DenoisedSmoothing.Tool;

/// <summary>The verb aces.</summary>
internal static class AcesCommand
{
    public static Verb Create()
    {
        ModelOptions models = new(severalDevices: true);
        DataOptions data = new();
        StrategyOptions strategy = new();
        SamplingOptions sampling = new();
        CertifierOptions certifier = new();
        Option<double> threshold = new Option<double>("--threshold")
        {
            HelpName = "t",
            DefaultValueFactory = _ => 0.5,
            Description = "Images are certified where the entropy of the noisy answers, over log K, is at most this; others go to the core "
                + "model. 1 certifies all",
        }
            .Within(new(0, 1));
        Option<string?> core = new("--core-file")
        {
            HelpName = "file",
            Description = "The core model, in the formats of the classifier [default: the classifier itself, without noise]",
        };
        Option<string?> coreNetwork = new("--core-network")
        {
            HelpName = "name",
            Description = "What the core model's weights belong to [default: what the file says]",
        };
        Option<string> output = new("--out") { Required = true, HelpName = "file", Description = "A row for each image, as TSV" };
        Verb verb = new Verb(
            "aces",
            "Answers images that a model is sure of under noise with a certificate, and the others by an accurate core model without one "
                + "(Horvath et al. 2022, ACES). Selection and label are certified at half of alpha each.",
            ["aces --sigma 0.5 --threshold 0.5 --max 20 --n 1000 --out aces.tsv"],
            Verb.ExitCodesOfARun)
            .With(new OptionGroup("Core model", [threshold, core, coreNetwork])).With(models.All).With(data.Selection).With(strategy.All)
            .With(new OptionGroup("Noise", [sampling.Sigma, sampling.Batch, sampling.Seed]))
            .With(new OptionGroup("Statistics", [certifier.N, certifier.N0, certifier.Alpha])).With([output]);
        return verb.Does((parsed, cancellationToken) =>
        {
            ModelChoice choice = models.Read(parsed);
            string? file = ModelOptions.Existing(parsed.GetValue(core));
            if (file is null && parsed.GetValue(coreNetwork) is not null)
                throw new ArgumentException("--core-network says what --core-file holds: name that file.");
            OutputFolder.Check(parsed.GetValue(output)!);
            return new AcesRun(choice, data.Read(parsed, choice.Pair), strategy.Read(parsed), parsed.GetValue(sampling.Sigma),
                parsed.GetValue(sampling.Batch), parsed.GetValue(sampling.Seed),
                new CohenCertifier(parsed.GetValue(certifier.N0) ?? 100, parsed.GetValue(certifier.N) ?? 100_000,
                    parsed.GetValue(certifier.Alpha) / 2), parsed.GetValue(threshold), file, parsed.GetValue(coreNetwork),
                parsed.GetValue(output)!, parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error)
                .Execute(cancellationToken);
        });
    }
}

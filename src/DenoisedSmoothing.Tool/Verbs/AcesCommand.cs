using System.CommandLine;
using DenoisedSmoothing.Statistics;

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
        AcesOptions aces = new();
        OutputOptions output = new();
        output.Out.Required = true;
        output.Out.HelpName = "file";
        output.Out.Description = "A row for each image, as TSV, with FILE.meta.json beside it";
        output.Resume.Description = "Continue the rows where they stop; begin them if there are none";
        Verb verb = new Verb(
            "aces",
            "Answers images that a model is sure of under noise with a certificate, and the others by an accurate core model without one "
                + "(Horvath et al. 2022, ACES). Selection and label are certified at half of alpha each. --resume continues a run "
                + "that was stopped or killed.",
            ["aces --sigma 0.5 --threshold 0.5 --max 20 --n 1000 --out aces.tsv",
                "aces --sigma 0.5 --classifier-file gaussian.safetensors --denoiser none --selector-file selector.safetensors "
                    + "--core-file core.safetensors --data fashion-mnist --skip 20 --seed 1 --out aces.tsv --resume"],
            Verb.ExitCodesOfARun)
            .With(aces.All).With(models.All).With(data.Selection).With(strategy.All)
            .With(new OptionGroup("Noise", [sampling.Sigma, sampling.Batch, sampling.Seed]))
            .With(new OptionGroup("Statistics", [certifier.N, certifier.N0, certifier.Alpha])).With(output.All);
        return verb.Does((parsed, cancellationToken) =>
        {
            ModelChoice choice = models.Read(parsed);
            double alpha = parsed.GetValue(certifier.Alpha);
            if (alpha < 2 * ClopperPearson.MinAlpha)
                throw new ArgumentException("aces gives selection and label half of alpha each: --alpha must be at least 2e-100.");
            AcesChoice chosen = aces.Read(parsed);
            return new AcesRun
            {
                Models = choice,
                Data = data.Read(parsed, choice.Pair),
                Strategy = strategy.Read(parsed),
                Sigma = parsed.GetValue(sampling.Sigma),
                Batch = parsed.GetValue(sampling.Batch),
                Seed = parsed.GetValue(sampling.Seed),
                Certifier = new CohenCertifier(parsed.GetValue(certifier.N0) ?? 100, parsed.GetValue(certifier.N) ?? 100_000,
                    alpha / 2),
                Selection = chosen.Selection,
                Core = chosen.Core,
                Out = output.Read(parsed)!,
                Resume = parsed.GetValue(output.Resume),
                Output = parsed.InvocationConfiguration.Output,
                Error = parsed.InvocationConfiguration.Error,
            }.Execute(cancellationToken);
        });
    }
}

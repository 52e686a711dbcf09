using System.CommandLine;

namespace DenoisedSmoothing.Tool;

/// <summary>The verb evaluate.</summary>
internal static class EvaluateCommand
{
    public static Verb Create()
    {
        ModelOptions models = new();
        DataOptions data = new();
        StrategyOptions strategy = new();
        Option<double[]> sigma = ListOptions.Sigmas("Noise levels, separated by commas", 0.25, 0.5, 1.0);
        Option<string[]> denoisers =
            ListOptions.Names("--denoiser",
            $"Strategies, separated by commas: {string.Join(", ", Strategies.Names)} [default: one-shot and none]",
            Strategies.Names);
        Option<int> batch = new Option<int>("--batch")
        {
            HelpName = "rows",
            DefaultValueFactory = _ => 100,
            Description = "Images of one forward pass",
        }
            .Within(new(1, 65536));
        Option<ulong> seed = new("--seed") { HelpName = "k", DefaultValueFactory = _ => 1, Description = "Key of the noise" };
        Option<string?> output = new("--out")
        {
            HelpName = "file",
            Description = "Also write the table to this file, as TSV; an existing file is not overwritten",
        };
        Verb verb = new Verb(
            "evaluate",
            "Accuracy on noisy images after denoising, one draw per image, for several noise levels and strategies at once (the paper's "
                + "Tables 4 and 5), with standard errors.",
            ["evaluate --sigma 0.25,0.5,1.0 --denoiser one-shot,none",
                "evaluate --data fashion-mnist --denoiser one-shot,multi-step,heun --steps 10 --sigma 0.5 --max 1000 "
                    + "--out runs/table5.tsv"],
            Verb.ExitCodesOfARun)
            .With(models.All).With(data.Selection).With([data.OnCorrupt, denoisers]).With(strategy.Details)
                .With([sigma, batch, seed, output]);
        return verb.Does((parsed, cancellationToken) =>
        {
            ModelChoice choice = models.Read(parsed);
            string?[] kinds = parsed.GetValue(denoisers) ?? [];
            IReadOnlyList<StrategyChoice> chosen = strategy.Read(parsed, kinds.Length > 0 ? kinds : [null]);
            return new EvaluateRun(
                choice, data.Read(parsed, choice.Pair),
                kinds.Length > 0 ? chosen : null, chosen[0], parsed.GetValue(sigma)!, parsed.GetValue(batch), parsed.GetValue(seed),
                    parsed.GetValue(output),
                parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error).Execute(cancellationToken);
        });
    }
}

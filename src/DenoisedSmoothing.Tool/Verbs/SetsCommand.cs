using System.CommandLine;
using DenoisedSmoothing.PredictionSets;

namespace DenoisedSmoothing.Tool;

/// <summary>The verb sets.</summary>
internal static class SetsCommand
{
    public static Verb Create()
    {
        Argument<string> file = new("CALIBRATION") { Description = "The file that dds calibrate wrote." };
        ModelOptions models = new();
        DataOptions data = new();
        StrategyOptions strategy = new();
        Option<ulong?> seed = new("--seed")
        {
            HelpName = "k",
            Description = "Key of the noise, for reproduction; an attacker who knows it can aim at it [default: fresh ones]",
        };
        Option<string?> output = new("--out") { HelpName = "file", Description = "A row for each image, as TSV [default: none]" };
        return new Verb(
            "sets",
            "Gives the classes that every image may have, from one vote each, and says how often they hold the label, how large they are, "
                + "and how many are empty or hold all classes. Sigma, noise and batch are the calibration's; the models must be, too.",
            ["sets runs/sets.json --start 250", "sets runs/sets.json --data fashion-mnist --start 1 --skip 2 --out runs/sets.tsv"],
            Verb.ExitCodesOfARun)
            .With(file).With(models.All).With(data.Selection).With(strategy.All).With([seed, output])
            .Does((parsed, cancellationToken) =>
            {
                ModelChoice choice = models.Read(parsed);
                return new SetsRun
                {
                    Calibration = PredictionSetCalibration.Read(parsed.GetRequiredValue(file)),
                    Models = choice,
                    Data = data.Read(parsed, choice.Pair),
                    Strategy = strategy.Read(parsed),
                    Seed = parsed.GetValue(seed),
                    Out = parsed.GetValue(output),
                    Output = parsed.InvocationConfiguration.Output,
                    Error = parsed.InvocationConfiguration.Error,
                }.Execute(cancellationToken);
            });
    }
}

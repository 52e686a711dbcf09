using System.CommandLine;
using DenoisedSmoothing.PredictionSets;

namespace DenoisedSmoothing.Tool;

/// <summary>The verb calibrate.</summary>
internal static class CalibrateCommand
{
    public static Verb Create()
    {
        ModelOptions models = new();
        DataOptions data = new();
        StrategyOptions strategy = new();
        SamplingOptions sampling = new();
        Option<double> radius = new Option<double>("--radius")
        {
            Required = true,
            HelpName = "r",
            Description = "How far an image may have been moved before it is asked about, in l2. 0 is ordinary split conformal prediction",
        }
            .Within(new(0, 1e6));
        Option<double> miscoverage = new Option<double>("--miscoverage")
        {
            HelpName = "a",
            DefaultValueFactory = _ => 0.1,
            Description = "How often a set may miss the label",
        }
            .Within(new(0, .5) { Above = true }, static a => a is > .5 and < 1 ? $"For coverage {a} pass {1 - a:G3}." : null);
        Option<string> score = new("--score")
        {
            HelpName = "name",
            DefaultValueFactory = _ => "thr",
            Description = "thr: 1 less the probability, the smallest sets; aps: the probability of all likelier classes, larger sets where "
                + "images are hard",
        };
        score.AcceptOnlyFromAmong([.. ConformityScores.All.Select(ShortName)]);
        Option<int> batch = new Option<int>("--batch")
        {
            HelpName = "rows",
            DefaultValueFactory = _ => 1,
            Description = "Rows of every forward pass, here and of every request: raise it where requests come many at a time",
        }
            .Within(new(1, 65536));
        Option<ulong?> seed = new("--seed")
        {
            HelpName = "k",
            Description = "Key of the noise, for reproduction; trying several voids what is promised [default: fresh ones]",
        };
        Option<string> output = new("--out") { Required = true, HelpName = "file", Description = "The calibration to write, as JSON" };
        return new Verb(
            "calibrate",
            "Finds the threshold of robust prediction sets: from one noisy copy of each labelled image, such that the sets of dds sets "
                + "hold the label as often as asked for, even if each image was moved by up to --radius (Zargarbashi et al. 2025). The "
                + "images must be like those that will be asked about, and must have had no part in training.",
            [
                "calibrate --sigma 0.25 --radius 0.125 --max 250 --out runs/sets.json",
                "calibrate --sigma 0.5 --radius 0.25 --miscoverage 0.05 --score aps --data fashion-mnist --skip 2 --out runs/sets.json",
            ],
            Verb.ExitCodesOfARun)
            .With(new OptionGroup("Sets", [radius, miscoverage, score])).With(models.All).With(data.Selection).With(strategy.All)
            .With(new OptionGroup("Noise", [sampling.Sigma, batch, seed])).With([output])
            .Does((parsed, cancellationToken) =>
            {
                ModelChoice choice = models.Read(parsed);
                return new CalibrateRun
                {
                    Models = choice,
                    Data = data.Read(parsed, choice.Pair),
                    Strategy = strategy.Read(parsed),
                    Sigma = parsed.GetValue(sampling.Sigma),
                    Radius = parsed.GetValue(radius),
                    Miscoverage = parsed.GetValue(miscoverage),
                    Score = ConformityScores.All.Single(its => ShortName(its) == parsed.GetValue(score)),
                    Batch = parsed.GetValue(batch),
                    Seed = parsed.GetValue(seed),
                    Out = parsed.GetValue(output)!,
                    Output = parsed.InvocationConfiguration.Output,
                    Error = parsed.InvocationConfiguration.Error,
                }.Execute(cancellationToken);
            });
    }

    private static string ShortName(IConformityScore score) => score.Name.Split('/')[0];
}

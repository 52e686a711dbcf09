using System.CommandLine;
using DenoisedSmoothing;

namespace Certify;

/// <summary>The verb predict.</summary>
internal static class PredictCommand
{
    public static Verb Create()
    {
        ModelOptions models = new();
        DataOptions data = new();
        StrategyOptions strategy = new();
        SamplingOptions sampling = new();
        OutputOptions output = new();
        CertifierOptions certifier = new(predicts: true);
        Verb verb = new Verb(
            "predict",
            "Predicts images with the smoothed classifier, or abstains. Unless --seed is given the noise comes from a fresh seed that nobody learns, so that no attacker can aim at it; a resumed log then goes on with another.",
            ["predict --sigma 0.5 --max 20", "predict --sigma 0.25 --data fashion-mnist --n 1000 --out runs/predict.tsv --resume"],
            Verb.ExitCodesOfARun)
            .With(models.All).With(data.All).With(strategy.All).With(sampling.All).With(certifier.All).With(output.All);
        data.RequireSeedForShards(verb, sampling.Seed);
        return verb.Does((parsed, cancellationToken) =>
        {
            ModelChoice choice = models.Read(parsed);
            SmoothingJob job = new()
            {
                Kind = CertificationLogKind.Predict,
                Models = choice,
                Data = data.Read(parsed, choice.Pair),
                Strategy = strategy.Read(parsed),
                Certifier = certifier.Read(parsed),
                Alpha = parsed.GetValue(certifier.Alpha),
                Sigma = parsed.GetValue(sampling.Sigma),
                Batch = parsed.GetValue(sampling.Batch),
                Seed = parsed.GetValue(sampling.Seed),
                Out = output.Read(parsed),
                Resume = parsed.GetValue(output.Resume),
            };
            return new SmoothingRun(job, parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error).Execute(cancellationToken);
        });
    }
}

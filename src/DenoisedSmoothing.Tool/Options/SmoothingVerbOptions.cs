using System.CommandLine;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool;

/// <summary>The options of certify and predict, which draw the same votes for different questions.</summary>
/// <param name="kind">Which of the two.</param>
internal sealed class SmoothingVerbOptions(CertificationLogKind kind)
{
    private readonly ModelOptions _models = new();
    private readonly DataOptions _data = new();
    private readonly StrategyOptions _strategy = new();
    private readonly SamplingOptions _sampling = new();
    private readonly CertifierOptions _certifier = new(predicts: kind == CertificationLogKind.Predict);
    private readonly OutputOptions _output = new();

    /// <summary>Gives a verb these options, and lets it do what they say.</summary>
    public Verb Of(Verb verb)
    {
        verb.With(_models.All).With(_data.All).With(_strategy.All).With(_sampling.All).With(_certifier.All).With(_output.All);
        _data.RequireSeedForShards(verb, _sampling.Seed);
        return verb.Does((parsed, cancellationToken) =>
            new SmoothingRun(Read(parsed), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error).Execute(cancellationToken));
    }

    private SmoothingJob Read(ParseResult parsed)
    {
        ModelChoice choice = _models.Read(parsed);
        return new SmoothingJob
        {
            Kind = kind,
            Models = choice,
            Data = _data.Read(parsed, choice.Pair),
            Strategy = _strategy.Read(parsed),
            Certifier = _certifier.Read(parsed),
            Alpha = parsed.GetValue(_certifier.Alpha),
            Sigma = parsed.GetValue(_sampling.Sigma),
            Batch = parsed.GetValue(_sampling.Batch),
            Seed = parsed.GetValue(_sampling.Seed),
            Out = _output.Read(parsed),
            Resume = parsed.GetValue(_output.Resume),
        };
    }
}

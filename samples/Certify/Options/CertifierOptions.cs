using System.CommandLine;
using DenoisedSmoothing;

namespace Certify;

/// <summary>Options of the statistics.</summary>
internal sealed class CertifierOptions
{
    public Option<long> N0 { get; } = new Option<long>("--n0") { HelpName = "count", DefaultValueFactory = _ => 100, Description = "Votes that pick the label to certify" }
        .Check(count => count is >= 1 and <= ClopperPearson.MaxTrials, "--n0 must be at least 1.");

    public Option<long> N { get; } = new Option<long>("--n") { HelpName = "count", DefaultValueFactory = _ => 100_000, Description = "Fresh votes behind each bound (the paper: 100000, 10000 for ImageNet)" }
        .Check(count => count is >= 1 and <= ClopperPearson.MaxTrials, "--n must be at least 1.");

    public Option<double> Alpha { get; } = new Option<double>("--alpha") { HelpName = "a", DefaultValueFactory = _ => 0.001, Description = "Allowed probability that an answer is wrong" }
        .Check(alpha => alpha >= ClopperPearson.MinAlpha && alpha < 1, "--alpha must be above 0 and below 1.");

    public IEnumerable<Option> All => [N0, N, Alpha];

    public ICertifier Certifier(ParseResult parsed) => new CohenCertifier(parsed.GetValue(N0), parsed.GetValue(N), parsed.GetValue(Alpha));
}

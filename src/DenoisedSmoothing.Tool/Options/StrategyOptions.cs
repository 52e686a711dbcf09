using System.CommandLine;

namespace DenoisedSmoothing.Tool;

/// <summary>Options of the denoising strategy.</summary>
internal sealed class StrategyOptions
{
    public StrategyOptions() => Denoiser.AcceptOnlyFromAmong([.. Strategies.Names]);

    public Option<string?> Denoiser { get; } = new("--denoiser")
    {
        HelpName = "strategy",
        Description = $"{string.Join(", ", Strategies.Names)} [default: one-shot; none where there is no denoiser]",
    };

    public Option<int?> Steps { get; } = new Option<int?>("--steps")
    {
        HelpName = "count",
        Description = "Steps of multi-step (all), heun (18) and vote (10); their own numbers in parentheses",
    }
        .Check(steps => steps >= 1, "--steps must be at least 1.");

    public Option<int?> Votes { get; } = new Option<int?>("--votes")
    {
        HelpName = "count",
        Description = "Reverse runs of vote (10), noisy copies of local (5)",
    }
        .Check(votes => votes >= 1, "--votes must be at least 1.");

    public Option<double> LocalSigma { get; } = new Option<double>("--local-sigma")
    {
        HelpName = "s",
        DefaultValueFactory = _ => 0.25,
        Description = "Noise that local adds around the denoised image",
    }
        .Check(sigma => sigma > 0 && double.IsFinite(sigma), "--local-sigma must be a finite number above 0.");

    public Option<bool> StartBelow { get; } = new("--start-below")
    {
        Description = "multi-step and vote begin at t* - 1, as the paper's code does",
    };

    public IEnumerable<Option> All => [Denoiser, .. Details];

    /// <summary>All but the strategy's name, for verbs that take several.</summary>
    public IEnumerable<Option> Details => [Steps, Votes, LocalSigma, StartBelow];

    public StrategyChoice Read(ParseResult parsed) => Read(parsed, parsed.GetValue(Denoiser));

    public StrategyChoice Read(ParseResult parsed, string? kind) =>
        new(kind, parsed.GetValue(Steps), parsed.GetValue(Votes), parsed.GetValue(LocalSigma), parsed.GetValue(StartBelow));
}

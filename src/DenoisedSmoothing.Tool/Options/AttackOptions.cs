using System.CommandLine;

namespace DenoisedSmoothing.Tool;

/// <summary>Options of attacks: which, how hard, and how they are judged.</summary>
internal sealed class AttackOptions
{
    public Option<string[]> Attacks { get; } = ListOptions.Names(
        "--attacks", $"Attacks, separated by commas: {string.Join(", ", AttackCatalog.Names)}; the first goes --beyond",
        AttackCatalog.Names, [.. AttackCatalog.Names]);

    public Option<int> Steps { get; } = new Option<int>("--attack-steps")
    {
        HelpName = "count",
        DefaultValueFactory = _ => 20,
        Description = "Steps of each attack",
    }
        .Within(new(1, 1_000_000));

    public Option<int> Draws { get; } = new Option<int>("--attack-draws")
    {
        HelpName = "copies",
        DefaultValueFactory = _ => 16,
        Description = "Noisy copies for each step; four times as many for estimate and known-seed",
    }
        .Within(new(1, 1_000_000));

    public Option<long?> Votes { get; } = new Option<long?>("--attack-votes")
    {
        HelpName = "count",
        Description = "The most noisy images that one attack may look at [default: as many as its steps take]",
    }
        .Within(new NumberRange<long>(1, long.MaxValue));

    public Option<double[]?> Beyond { get; } = ListOptions.Radii("--beyond",
        "Radii, rising, at which the first attack goes on beyond the certified one, for accuracy under attack [default: none]");

    public Option<double> JudgeAlpha { get; } = new Option<double>("--judge-alpha")
    {
        HelpName = "a",
        DefaultValueFactory = _ => 1e-6,
        Description = "Allowed probability that an answer is called changed although it is not",
    }
        .Within(CertifierOptions.AlphaRange, CertifierOptions.AboutAlpha);

    public Option<long> JudgeVotes { get; } = new Option<long>("--judge-votes")
    {
        HelpName = "count",
        DefaultValueFactory = _ => 1000,
        Description = "The most fresh votes of one judgement, which is undecided if they do not suffice",
    }
        .Within(new(1, 1_000_000_000));

    public OptionGroup All => new("Attacks", [Attacks, Steps, Draws, Votes, Beyond, JudgeAlpha, JudgeVotes]);

    public AttackChoice Read(ParseResult parsed) => new(
        parsed.GetValue(Attacks)!, parsed.GetValue(Steps), parsed.GetValue(Draws), parsed.GetValue(Votes),
        parsed.GetValue(Beyond) ?? [], parsed.GetValue(JudgeAlpha), parsed.GetValue(JudgeVotes));
}

using System.CommandLine;

namespace DenoisedSmoothing.Tool;

/// <summary>Options of the denoising strategy.</summary>
internal sealed class StrategyOptions
{
    private const string Heading = "Strategy of denoising";

    public StrategyOptions() => Denoiser.AcceptOnlyFromAmong([.. Strategies.Names]);

    public Option<string?> Denoiser { get; } = new("--denoiser")
    {
        HelpName = "strategy",
        Description = $"{string.Join(", ", Strategies.Names)} [default: one-shot; none where there is no denoiser]",
    };

    public Option<int?> Steps { get; } = new Option<int?>("--steps")
    {
        HelpName = "count",
        Description = "Steps of multi-step (all), heun (18) and vote (10), noise levels of map and langevin (10); their own numbers in "
            + "parentheses",
    }
        .AtLeast(1);

    public Option<int?> Votes { get; } = new Option<int?>("--votes")
    {
        HelpName = "count",
        Description = "Reverse runs of vote (10), noisy copies of local (5)",
    }
        .AtLeast(1);

    public Option<double> LocalSigma { get; } = new Option<double>("--local-sigma")
    {
        HelpName = "s",
        DefaultValueFactory = _ => 0.25,
        Description = "Noise that local adds around the denoised image",
    }
        .Positive();

    public Option<int?> LevelSteps { get; } = new Option<int?>("--level-steps")
    {
        HelpName = "count",
        Description = "Steps of map and langevin at each level (5)",
    }
        .AtLeast(1);

    public Option<double?> LevelPace { get; } = new Option<double?>("--level-pace")
    {
        HelpName = "share",
        Description = "How much of the way to the clean image map and langevin go in a step (0.3)",
    }
        .Within(new(0, 1) { Above = true });

    public Option<bool> StartBelow { get; } = new("--start-below")
    {
        Description = "multi-step and vote begin at t* - 1, as the paper's code does",
    };

    public OptionGroup All => new(Heading, [Denoiser, .. Details]);

    /// <summary>All except the strategy's name, for verbs that take several.</summary>
    public OptionGroup Details => new(Heading, [Steps, Votes, LocalSigma, LevelSteps, LevelPace, StartBelow]);

    /// <summary>The strategy as typed.</summary>
    /// <exception cref="ArgumentException">An option was typed that the strategy does not take.</exception>
    public StrategyChoice Read(ParseResult parsed) => Read(parsed, [parsed.GetValue(Denoiser)])[0];

    /// <summary>Several strategies, which share the other options.</summary>
    /// <param name="parsed">What was typed.</param>
    /// <param name="kinds">Their names; null for the one that fits the models: one-shot or none.</param>
    /// <exception cref="ArgumentException">An option was typed that none of them takes.</exception>
    public IReadOnlyList<StrategyChoice> Read(ParseResult parsed, IReadOnlyList<string?> kinds)
    {
        foreach (Option option in Details)
            RequireTaken(parsed, option, kinds);
        return [.. kinds.Select(kind =>
            new StrategyChoice(
                kind, parsed.GetValue(Steps), parsed.GetValue(Votes), parsed.GetValue(LocalSigma), parsed.GetValue(StartBelow))
            {
                LevelSteps = parsed.GetValue(LevelSteps),
                LevelPace = parsed.GetValue(LevelPace),
            })];
    }

    /// <summary>Refuses an option that was typed but that no chosen strategy takes: the user believes that it does something.</summary>
    public static void RequireTaken(ParseResult parsed, Option option, IReadOnlyList<string?> kinds)
    {
        IReadOnlyList<string> takers = Strategies.Taking(option.Name);
        if (parsed.GetResult(option) is { Implicit: false } && !kinds.Any(kind => kind is not null && takers.Contains(kind)))
            throw new ArgumentException($"{option.Name} belongs to --denoiser {string.Join(", ", takers)}, and "
                + $"{string.Join(", ", kinds.Select(static kind => kind ?? Strategies.OneShot))} would not use it: name such a strategy, "
                + $"or leave {option.Name} out.");
    }
}

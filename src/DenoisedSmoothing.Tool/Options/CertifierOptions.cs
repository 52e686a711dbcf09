using System.CommandLine;
using System.Globalization;
using DenoisedSmoothing.Baselines;
using DenoisedSmoothing.Soft;
using DenoisedSmoothing.Staged;
using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Tool;

/// <summary>Options of the statistics, for certificates or predictions.</summary>
internal sealed class CertifierOptions
{
    private const string Cohen = "cohen", Multiclass = "multiclass", Sequential = "sequential", Staged = "staged",
        PixelDp = "pixeldp", PixelDpScores = "pixeldp-scores", Bernstein = "bernstein", Lecuyer = "lecuyer", Li = "li";
    private const long MostSequential = 1_000_000_000, MostVotes = 1L << 36;

    private readonly bool _predicts;

    /// <summary>Probabilities of error: above 1/2, a confidence is meant.</summary>
    public static NumberRange<double> AlphaRange { get; } = new(ClopperPearson.MinAlpha, .5);

    /// <param name="predicts">Whether they are for predictions.</param>
    public CertifierOptions(bool predicts = false)
    {
        _predicts = predicts;
        Certifier.AcceptOnlyFromAmong(predicts
            ? [Cohen, Sequential]
            : [Cohen, Multiclass, Sequential, Staged, Bernstein, PixelDp, PixelDpScores, Lecuyer, Li]);
        Certifier.Description = "cohen draws a fixed number of votes; "
            + (predicts
                ? ""
                : "multiclass bounds every class from the same votes, and so certifies some labels that have less than half of them; ")
            + "sequential stops when more would not change the answer"
            + (predicts
                ? ""
                : "; staged decides one radius in --stages, each larger than the one before, as in Horvath et al.; bernstein certifies the "
                + "largest mean score in place of votes, as MACER's code does; pixeldp, pixeldp-scores, "
                + "lecuyer and li are the smaller radii from before Cohen, for comparison")
            + ". All at the same alpha";
        N.Description = predicts
            ? "Votes of each prediction, for cohen [default: 1000]"
            : "Fresh votes behind each bound, for all but sequential and staged [default: 100000, as the paper; it takes 10000 for "
                + "ImageNet]";
        Budget.Description = predicts
            ? "The most votes of a prediction, for sequential [default: 10000]"
            : "The most votes of an image, for sequential [default: 100000]";
    }

    public Option<string> Certifier { get; } = new("--certifier") { HelpName = "method", DefaultValueFactory = _ => Cohen };

    public Option<long?> N0 { get; } = new Option<long?>("--n0")
    {
        HelpName = "count",
        Description = "Votes that pick the label [default: 100; 20 for sequential with --target, and for its predictions]",
    }
        .Within(new NumberRange<long>(1, MostSequential));

    public Option<long?> N { get; } = new Option<long?>("--n") { HelpName = "count" }
        .Within(new NumberRange<long>(1, MostVotes));

    public Option<double> Alpha { get; } = new Option<double>("--alpha")
    {
        HelpName = "a",
        DefaultValueFactory = _ => 0.001,
        Description = "Allowed probability that an answer is wrong",
    }
        .Within(AlphaRange, AboutAlpha);

    public Option<double[]?> Target { get; } =
        ListOptions.Radii("--target",
        "Radii that sequential decides, rising, separated by commas; without, the radius that is worth its votes. Staged decides one");

    public Option<long[]> Stages { get; } = ListOptions.RisingCounts("--stages",
        "Fresh votes of each stage, for staged: rising, separated by commas [default: 1000,10000,125000]");

    public Option<double?> GiveUp { get; } = new Option<double?>("--give-up")
    {
        HelpName = "p",
        Description = "Allowed probability of giving up a radius that holds, for staged [default: 0.0001]",
    }
        .Within(new NumberRange<double>(1e-90, 1) { Below = true });

    public Option<long?> Budget { get; } = new Option<long?>("--budget") { HelpName = "count" }
        .Within(new NumberRange<long>(1, MostSequential));

    public Option<double?> Beta { get; } = new Option<double?>("--beta")
    {
        HelpName = "b",
        Description = "Scores are softmax of this times the logits, for bernstein and pixeldp-scores [default: 1; MACER takes 16]",
    }
        .Within(new NumberRange<double>(1e-6, 1e6));

    public OptionGroup All => new("Statistics",
        _predicts ? [Certifier, N, Alpha, N0, Budget] : [Certifier, N, Alpha, N0, Budget, Target, Stages, GiveUp, Beta]);

    /// <summary>What to say about an alpha that is refused.</summary>
    public static string? AboutAlpha(double alpha) => alpha is > .5 and < 1 ? string.Create(CultureInfo.InvariantCulture,
        $"It is the probability of a wrong answer: for confidence {alpha} pass {1 - alpha:G3}.") : null;

    /// <summary>The statistics for mean scores; null where votes are counted.</summary>
    /// <exception cref="ArgumentException">Options of one method are used with another.</exception>
    public SoftCertifier? Soft(ParseResult parsed)
    {
        if (_predicts)
            return null;
        string method = parsed.GetValue(Certifier)!;
        if (method != Staged && (parsed.GetValue(GiveUp) is not null || parsed.GetValue(Stages) is { Length: > 0 }))
            throw new ArgumentException($"--stages and --give-up belong to --certifier {Staged}.");
        double? beta = parsed.GetValue(Beta);
        if (method is not (Bernstein or PixelDpScores))
        {
            return beta is null ? null : throw new ArgumentException(
                $"--beta belongs to --certifier {Bernstein} and {PixelDpScores}; {method} counts votes, which it does not change.");
        }

        if (parsed.GetValue(Budget) is not null || parsed.GetValue(Target) is { Length: > 0 })
            throw new ArgumentException($"--budget and --target belong to --certifier sequential; {method} draws --n scores.");
        long n0 = parsed.GetValue(N0) ?? 100, n = parsed.GetValue(N) ?? 100_000;
        if (n0 > ScoreSums.MaxCount || n is < 2 or > ScoreSums.MaxCount)
            throw new ArgumentException($"--certifier {method} takes --n0 from 1 and --n from 2, both to {ScoreSums.MaxCount}.");
        double alpha = parsed.GetValue(Alpha);
        if (alpha < 1e-90)
            throw new ArgumentException($"--certifier {method} takes an --alpha of at least 1e-90.");
        return new SoftCertifier(method == Bernstein ? SoftForm.Bernstein : SoftForm.PixelDp, (int)n0, n, alpha, beta ?? 1);
    }

    /// <summary>Makes the certifier.</summary>
    /// <exception cref="ArgumentException">Options of one method are used with another.</exception>
    public ICertifier Read(ParseResult parsed)
    {
        double alpha = parsed.GetValue(Alpha);
        long? n0 = parsed.GetValue(N0), n = parsed.GetValue(N), budget = parsed.GetValue(Budget);
        double[] targets = _predicts ? [] : parsed.GetValue(Target) ?? [];
        string method = parsed.GetValue(Certifier)!;
        if (method is Bernstein or PixelDpScores)
            throw new ArgumentException($"--certifier {method} certifies mean scores, with dds certify; this verb counts votes.");
        if (method == Staged)
            return ReadStaged(parsed, n0, alpha, targets);
        if (method != Sequential)
        {
            if (budget is not null || targets.Length > 0)
                throw new ArgumentException($"--budget and --target belong to --certifier sequential; {method} draws --n votes.");
            if (method is Multiclass or PixelDp && alpha < 1e-90)
                throw new ArgumentException($"--certifier {method} shares alpha among the classes: --alpha must be at least 1e-90.");
            if (method != Cohen)
                return method switch
                {
                    Multiclass => new MulticlassCertifier(n0 ?? 100, n ?? 100_000, alpha),
                    PixelDp => new PixelDpCertifier(n0 ?? 100, n ?? 100_000, alpha),
                    Lecuyer => new LecuyerCertifier(n0 ?? 100, n ?? 100_000, alpha),
                    _ => new LiCertifier(n0 ?? 100, n ?? 100_000, alpha),
                };
            if (!_predicts)
                return new CohenCertifier(n0 ?? 100, n ?? 100_000, alpha);
            return n0 is null
                ? new CohenCertifier(alpha: alpha, predictN: n ?? 1000)
                : throw new ArgumentException("cohen's predictions have no selection: --n0 belongs to --certifier sequential.");
        }

        if (n is not null)
            throw new ArgumentException("--n belongs to the other certifiers; sequential draws at most --budget votes.");
        SequentialOptions usual = new();
        return new SequentialCertifier(_predicts
            ? usual with { Alpha = alpha, PredictN0 = n0 ?? usual.PredictN0, PredictBudget = budget ?? usual.PredictBudget }
            : usual with { Alpha = alpha, N0 = n0, Budget = budget ?? usual.Budget, TargetRadii = targets });
    }

    private StagedCertifier ReadStaged(ParseResult parsed, long? n0, double alpha, double[] targets)
    {
        if (parsed.GetValue(N) is not null || parsed.GetValue(Budget) is not null)
            throw new ArgumentException($"--n and --budget belong to other certifiers; {Staged} draws the votes of its --stages.");
        if (targets.Length != 1)
            throw new ArgumentException($"--certifier {Staged} decides one radius: name it with --target.");
        if (alpha < 1e-90)
            throw new ArgumentException($"--certifier {Staged} shares alpha among the stages: --alpha must be at least 1e-90.");
        long[] stages = parsed.GetValue(Stages) ?? [];
        return stages.Length <= 20
            ? new StagedCertifier(targets[0], stages.Length > 0 ? stages : null, n0 ?? 100, alpha, parsed.GetValue(GiveUp) ?? 1e-4)
            : throw new ArgumentException($"--certifier {Staged} has at most 20 stages; {stages.Length} are given.");
    }
}

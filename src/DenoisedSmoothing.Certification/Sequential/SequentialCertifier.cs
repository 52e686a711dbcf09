using System.Collections.Concurrent;
using System.Globalization;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing;

/// <summary>
/// A certifier that stops as soon as the votes suffice: its evidence is a one-sided test martingale, valid at every number of votes
/// (J. Ville, "Etude critique de la notion de collectif", 1939). Decides given target radii, or finds the radius that the votes show.
/// </summary>
/// <remarks>
/// <para>
/// Soundness. The evidence against "p is at most p0" mixes only the likelihood ratios of alternatives above p0, so it is a supermartingale
/// for every p up to p0, and exceeds 1/alpha at any time with probability at most alpha. All radii of a run share that one error
/// probability, since a larger one counts only where all smaller ones do. Giving up early costs no confidence. docs/statistics.md has the
/// proofs and a table of what it saves. The certified bound is a function of only the final counts (<see cref="LowerBound"/>).
/// </para>
/// <para>
/// A prediction fixes the label by separate votes and answers when the evidence against every other class being as likely, pairwise, has
/// reached 1/alpha.
/// </para>
/// Immutable and safe for concurrent use. The plan for a noise is made on first use (tens of milliseconds) and kept.
/// </remarks>
public sealed class SequentialCertifier : ICertifier
{
    internal const string MethodName = "sequential";

    // Raised whenever the same votes can lead to another answer, or to another number of votes.
    private const int Version = 1;

    private readonly ConcurrentDictionary<IRadiusRule, Lazy<RadiusLadder>> _ladders = new();
    private readonly TestMartingale _lead;
    private readonly long[] _predictionLooks;

    /// <summary>Creates the certifier.</summary>
    /// <param name="options">How to draw and stop; the open mode with its defaults when not given.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public SequentialCertifier(SequentialOptions? options = null)
    {
        options ??= new SequentialOptions();
        Options = options with { TargetRadii = [.. options.TargetRadii] };
        Options.Validate();
        N0 = Options.N0 ?? (Options.TargetRadii.Count > 0 ? 20 : 100);
        Method = CertificationMethod.Parse(Describe());

        _lead = new TestMartingale(.5, Options.Alpha, Options.PredictBudget, tailShare: 0);
        double threshold = RadiusLadder.ThresholdOf(Options.Alpha);
        _predictionLooks = LookSchedule.Geometric(
            Options.LookGrowth, Options.PredictBudget, [RadiusLadder.FewestVotes(_lead, threshold, Options.PredictBudget)]);
    }

    /// <summary>How this certifier draws and stops.</summary>
    public SequentialOptions Options { get; }

    /// <summary>Votes that pick the label to certify.</summary>
    public long N0 { get; }

    /// <inheritdoc/>
    public CertificationMethod Method { get; }

    /// <inheritdoc/>
    public VoteRange PredictionVotes => new(Options.PredictN0 + 1, Options.PredictN0 + Options.PredictBudget);

    /// <inheritdoc/>
    public VoteRange CertificationVotes => new(N0 + 1, N0 + Options.Budget);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than two classes.</exception>
    public IVoteTest<Prediction> Predict(int classCount)
    {
        VoteCheck.Classes(classCount);
        return new SequentialPrediction(this, _lead, _predictionLooks, classCount);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than two classes.</exception>
    /// <exception cref="ArgumentException">A target radius is beyond what the budget can certify under this noise.</exception>
    public IVoteTest<Certificate> Certify(int classCount, IRadiusRule rule)
    {
        VoteCheck.Classes(classCount);
        return new SequentialCertification(this, Ladder(rule), classCount, rule);
    }

    /// <summary>
    /// The bound in a certificate from these votes: what a sceptic recomputes. Valid at any number of votes and for any reason to stop, for
    /// a label that was fixed before them.
    /// </summary>
    /// <param name="successes">Estimation votes for the selected label, from 0 to <paramref name="trials"/>.</param>
    /// <param name="trials">Estimation votes, from 1 to the budget.</param>
    /// <param name="rule">What the noise certifies; target radii are met under it.</param>
    /// <returns>A lower bound on the label's probability; with target radii, at most the one that the largest needs; 0 where not even 1/2
    /// is shown.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    /// <exception cref="ArgumentException">A target radius is beyond what the budget can certify under this noise.</exception>
    public double LowerBound(long successes, long trials, IRadiusRule rule)
    {
        if (trials < 1 || trials > Options.Budget)
            throw new ArgumentOutOfRangeException(nameof(trials), trials, $"Trials must be between 1 and the budget, {Options.Budget}.");
        if (successes < 0 || successes > trials)
            throw new ArgumentOutOfRangeException(nameof(successes), successes, $"Successes must be between 0 and the {trials} trials.");
        return Ladder(rule).Bound(successes, trials);
    }

    /// <summary>
    /// The largest radius that the budget can certify in the open mode if all votes agree; 0 when it cannot certify at all.
    /// </summary>
    /// <param name="rule">What the noise certifies.</param>
    public double LargestRadius(IRadiusRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        double bound = new RadiusLadder(Options with { TargetRadii = [] }, rule).Bound(Options.Budget, Options.Budget);
        return rule.Radius(bound, CertificationTest.ComplementRoundedUp(bound));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than two classes.</exception>
    public IReadOnlyList<string> Warnings(int classCount)
    {
        VoteCheck.Classes(classCount);
        List<string> warnings = [];
        if (Evidence(Options.Budget, Options.Budget) < RadiusLadder.ThresholdOf(Options.Alpha))
        {
            warnings.Add(string.Create(CultureInfo.InvariantCulture,
                $"Every certification will abstain: even {Options.Budget} of {Options.Budget} votes do not show, at alpha = "
                    + $"{Options.Alpha}, that a label has more than half. Raise Budget or alpha."));
        }

        if (Evidence(Options.PredictBudget, Options.PredictBudget) < RadiusLadder.ThresholdOf(Options.Alpha))
        {
            warnings.Add(string.Create(CultureInfo.InvariantCulture,
                $"Every prediction will abstain: even {Options.PredictBudget} of {Options.PredictBudget} votes do not show, at alpha = "
                    + $"{Options.Alpha}, which label leads. Raise PredictBudget or alpha."));
        }

        return warnings;
    }

    internal RadiusLadder Ladder(IRadiusRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return _ladders.GetOrAdd(rule, key => new Lazy<RadiusLadder>(() => new RadiusLadder(Options, key))).Value;
    }

    private double Evidence(long votes, long budget) => new TestMartingale(.5, Options.Alpha, budget, tailShare: 0).LogLower(votes, votes);

    private string Describe()
    {
        SequentialOptions o = Options;
        string mode = o.TargetRadii.Count == 0
            ? Text($"open gain={o.RadiusGain}")
            : Text($"radii={string.Join(',', o.TargetRadii.Select(r => r.ToString(CultureInfo.InvariantCulture)))}");
        string constant = o.TargetRadii.Count == 0 ? Text($"rungs={RadiusLadder.OpenSpacing}") : Text($"tail={RadiusLadder.TailShare}");
        return Text($"{MethodName} {mode} n0={N0} budget={o.Budget} alpha={o.Alpha} worth={o.Worth} looks={o.LookGrowth} ")
            + Text($"predict={o.PredictN0}+{o.PredictBudget} {constant} version={Version}");
    }

    internal static SequentialCertifier Of(MethodParameters parameters)
    {
        SequentialOptions usual = new();
        parameters.Constant("version", Version);
        double[]? radii = parameters.Numbers("radii");
        if (parameters.Switch("open") && radii is not null)
            throw new ArgumentException("A sequential method either is open or has radii.");
        double gain = usual.RadiusGain;
        if (radii is null)
        {
            gain = parameters.Number("gain", gain);
            parameters.Constant("rungs", RadiusLadder.OpenSpacing);
        }
        else
        {
            parameters.Constant("tail", RadiusLadder.TailShare);
        }

        (long predictN0, long predictBudget) = parameters.Counts("predict", usual.PredictN0, usual.PredictBudget);
        return new SequentialCertifier(new SequentialOptions
        {
            TargetRadii = radii ?? [],
            RadiusGain = gain,
            N0 = parameters.Count("n0", radii is null ? 100 : 20),
            Budget = parameters.Count("budget", usual.Budget),
            Alpha = parameters.Number("alpha", usual.Alpha),
            Worth = parameters.Number("worth", usual.Worth),
            LookGrowth = parameters.Number("looks", usual.LookGrowth),
            PredictN0 = predictN0,
            PredictBudget = predictBudget,
        });
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

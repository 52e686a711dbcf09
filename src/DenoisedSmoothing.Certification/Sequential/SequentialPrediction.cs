using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing;

/// <summary>
/// A prediction that stops early: separate votes fix the label, and fresh ones are asked for until the evidence that it beats the class
/// closest to it, pairwise and one-sided, reaches 1/alpha.
/// </summary>
internal sealed class SequentialPrediction(SequentialCertifier certifier, TestMartingale lead, long[] looks, int classCount)
    : IVoteTest<Prediction>
{
    private VoteCounts? _selection;
    private VoteCounts? _votes;
    private Prediction? _result;
    private int _look;

    public VoteRequest? Next => (_selection, _result) switch
    {
        (null, _) => new VoteRequest(VotePhase.Selection, certifier.Options.PredictN0),
        (_, null) => new VoteRequest(VotePhase.Prediction, looks[_look] - (_votes?.Total ?? 0)),
        _ => null,
    };

    public Prediction Result => VoteCheck.Finished(_result, Next);

    public void Observe(VoteCounts votes)
    {
        VoteCheck.Requested(votes, Next, classCount);
        if (_selection is null)
        {
            _selection = votes;
            return;
        }

        _votes = _votes?.Add(votes) ?? votes;
        int label = _selection.Top, rival = Rival(_votes, label);
        double evidence = EvidenceFor(label, _votes);
        bool decided = evidence >= RadiusLadder.ThresholdOf(certifier.Options.Alpha);
        if (decided || _look == looks.Length - 1 || IsHopeless(_votes[label], _votes[rival], _votes.Total))
            _result = Conclude(label, _votes, decided, evidence);
        else
            _look++;
    }

    public void Stop()
    {
        _selection ??= VoteCheck.None(classCount);
        _votes ??= VoteCheck.None(classCount);
        // At its last look the evidence did not suffice, or it would have ended there.
        _result ??= Conclude(_selection.Top, _votes, decided: false, EvidenceFor(_selection.Top, _votes));
    }

    private double EvidenceFor(int label, VoteCounts votes) => lead.LogLower(votes[label], votes[label] + votes[Rival(votes, label)]);

    /// <summary>
    /// The class with most votes other than the label: for fixed votes of the label, more votes of the other are less evidence.
    /// </summary>
    private static int Rival(VoteCounts votes, int label) => votes.Top == label ? votes.RunnerUp : votes.Top;

    /// <summary>
    /// Whether the lead needed at the budget has less than a 0.5% chance, were every true lead equally likely beforehand. Costs no
    /// confidence.
    /// </summary>
    private bool IsHopeless(double label, double rival, double n)
    {
        double share = looks[^1] / n, votes = Math.Max(label + rival, 1), atBudget = votes * share;
        double needed = Math.Sqrt(2 * atBudget * (RadiusLadder.ThresholdOf(certifier.Options.Alpha) + 2));
        double expected = (label - rival) * share, deviation = Math.Sqrt(atBudget * (share - 1));
        return expected + 2.576 * deviation < needed;
    }

    private Prediction Conclude(int label, VoteCounts votes, bool decided, double evidence)
    {
        int top = decided ? label : votes.Top;
        return new Prediction
        {
            Label = decided ? label : null,
            TopLabel = top,
            RunnerUpLabel = Rival(votes, top),
            Votes = votes,
            PValue = decided ? Math.Min(PValue(evidence), certifier.Options.Alpha) : PValue(evidence),
            Alpha = certifier.Options.Alpha,
            Method = certifier.Method,
        };
    }

    /// <summary>1 over the evidence, rounded up: Ville's inequality makes it a p-value whenever one looks.</summary>
    private static double PValue(double evidence) =>
        evidence <= 0 ? 1 : Math.Min(1, Math.Exp(-evidence) * (1 + (evidence + 8) * ElementaryFunctions.Unit) + 8 * double.Epsilon);
}

using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing;

/// <summary>
/// A prediction that stops early: separate votes fix the label, and fresh votes are asked for until the evidence that it beats the class
/// closest to it, pairwise and one-sided, reaches 1/alpha.
/// </summary>
internal sealed class SequentialPrediction(SequentialCertifier certifier, TestMartingale lead, long[] looks, int classCount)
    : TwoPhaseTest<Prediction>(certifier.Options.PredictN0, VotePhase.Prediction, looks, classCount)
{
    private double Threshold => RadiusLadder.ThresholdOf(certifier.Options.Alpha);

    protected override bool IsDecided(int look, int label, VoteCounts votes) =>
        EvidenceFor(label, votes) >= Threshold || IsHopeless(votes[label], votes[Rival(votes, label)], votes.Total);

    protected override Prediction Conclude(VoteCounts selection, VoteCounts votes)
    {
        int label = selection.Top;
        double evidence = EvidenceFor(label, votes), pValue = PValue(evidence);
        bool decided = evidence >= Threshold;
        int top = decided ? label : votes.Top;
        return new Prediction
        {
            Label = decided ? label : null,
            TopLabel = top,
            RunnerUpLabel = Rival(votes, top),
            Votes = votes,
            PValue = decided ? Math.Min(pValue, certifier.Options.Alpha) : pValue,
            Alpha = certifier.Options.Alpha,
            Method = certifier.Method,
        };
    }

    private double EvidenceFor(int label, VoteCounts votes) => lead.LogLower(votes[label], votes[label] + votes[Rival(votes, label)]);

    /// <summary>
    /// The class with the most votes other than the label: for fixed votes for the label, more votes for the other are less evidence.
    /// </summary>
    private static int Rival(VoteCounts votes, int label) => votes.Top == label ? votes.RunnerUp : votes.Top;

    /// <summary>
    /// Whether the lead needed at the budget has less than a 0.5% chance if every true lead was equally likely beforehand. Costs no
    /// confidence.
    /// </summary>
    private bool IsHopeless(double label, double rival, double n)
    {
        double share = looks[^1] / n, votes = Math.Max(label + rival, 1), atBudget = votes * share;
        double needed = Math.Sqrt(2 * atBudget * (Threshold + 2));
        double expected = (label - rival) * share, deviation = Math.Sqrt(atBudget * (share - 1));
        return expected + 2.576 * deviation < needed;
    }

    /// <summary>1 divided by the evidence, rounded up: by Ville's inequality it is a p-value at any time.</summary>
    private static double PValue(double evidence) =>
        evidence <= 0 ? 1 : Math.Min(1, Math.Exp(-evidence) * (1 + (evidence + 8) * ElementaryFunctions.Unit) + 8 * double.Epsilon);
}

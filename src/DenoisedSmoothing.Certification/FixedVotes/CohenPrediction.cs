using System.Globalization;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing;

/// <summary>
/// PREDICT of Cohen et al. 2019, section 3.2.1: the top label, when an exact test rules out that the runner-up is as likely.
/// </summary>
/// <param name="certifier">The certifier whose predictions these are.</param>
/// <param name="n">Votes of one prediction.</param>
/// <param name="alpha">The allowed probability of a wrong answer.</param>
/// <param name="classCount">K.</param>
internal sealed class CohenPrediction(ICertifier certifier, long n, double alpha, int classCount) : IVoteTest<Prediction>
{
    private Prediction? _result;

    /// <summary>Says if this many votes cannot give an answer; empty where they can.</summary>
    public static IEnumerable<string> Warnings(long n, double alpha)
    {
        if (BinomialTest.TwoSided(n, n) <= alpha)
            yield break;
        long fewest = n;
        while (BinomialTest.TwoSided(fewest, fewest) > alpha)
            fewest++;
        yield return Text($"Every prediction will abstain: even {n} of {n} votes do not show, at alpha = {alpha}, which label leads. ")
            + Text($"Set predictN to at least {fewest}, and far higher for close calls, or raise alpha.");
    }

    public VoteRequest? Next => _result is null ? new VoteRequest(VotePhase.Prediction, n) : null;

    public Prediction Result => VoteCheck.Finished(_result, Next);

    public void Observe(VoteCounts votes)
    {
        VoteCheck.Requested(votes, Next, classCount);
        _result = Conclude(votes);
    }

    public void Stop() => _result ??= Conclude(VoteCheck.None(classCount));

    private Prediction Conclude(VoteCounts votes)
    {
        int top = votes.Top, runnerUp = votes.RunnerUp;

        // A tie has p-value 1 and so always abstains.
        double pValue = BinomialTest.TwoSided(votes[top], votes[top] + votes[runnerUp]);
        return new Prediction
        {
            Label = pValue <= alpha ? top : null,
            TopLabel = top,
            RunnerUpLabel = runnerUp,
            Votes = votes,
            PValue = pValue,
            Alpha = alpha,
            Method = certifier.Method,
        };
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

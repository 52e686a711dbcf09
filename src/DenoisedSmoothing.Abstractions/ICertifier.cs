using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing;

/// <summary>
/// A statistical method that turns votes into predictions and certificates. Pure numbers: it makes tests and holds no state of a run.
/// </summary>
/// <remarks>Immutable and safe for concurrent use.</remarks>
public interface ICertifier
{
    /// <summary>The method and everything that decides its answers: equal text means equal method.</summary>
    CertificationMethod Method { get; }

    /// <summary>The votes that one prediction takes.</summary>
    VoteRange PredictionVotes { get; }

    /// <summary>The votes that one certification takes.</summary>
    VoteRange CertificationVotes { get; }

    /// <summary>Starts a prediction: a label, or an abstention when unsure at level alpha.</summary>
    /// <param name="classCount">The number of classes, at least 2.</param>
    IVoteTest<Prediction> Predict(int classCount);

    /// <summary>Starts a certification: a label and a radius, wrong with probability at most alpha, or an abstention.</summary>
    /// <param name="classCount">The number of classes, at least 2.</param>
    /// <param name="rule">What the noise certifies: turns bounds on probabilities into a radius.</param>
    IVoteTest<Certificate> Certify(int classCount, IRadiusRule rule);

    /// <summary>
    /// Says, before any work, what these settings cannot do: for instance an n too small to certify at alpha. Empty when all is well.
    /// </summary>
    /// <param name="classCount">The number of classes, at least 2.</param>
    IReadOnlyList<string> Warnings(int classCount);
}

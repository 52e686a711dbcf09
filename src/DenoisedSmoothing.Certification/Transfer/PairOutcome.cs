namespace DenoisedSmoothing.Transfer;

/// <summary>What two classifiers vote on one noisy image, seen from a certified label. The classes of a transfer's votes.</summary>
public enum PairOutcome
{
    /// <summary>Both vote for the label.</summary>
    Kept = 0,

    /// <summary>The certified classifier votes for the label, its successor does not.</summary>
    Lost = 1,

    /// <summary>Neither votes for the label, and they agree.</summary>
    Agreed = 2,

    /// <summary>The certified classifier votes for another label, and its successor differs from it.</summary>
    Changed = 3,
}

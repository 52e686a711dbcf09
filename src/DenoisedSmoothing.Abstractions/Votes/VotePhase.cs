namespace DenoisedSmoothing.Votes;

/// <summary>What votes are used for. Phases never share a noise draw.</summary>
public enum VotePhase
{
    /// <summary>Votes of a prediction.</summary>
    Prediction = 0,

    /// <summary>The n0 votes that pick the class to certify; never used again to estimate.</summary>
    Selection = 1,

    /// <summary>The fresh n votes that bound the class's probability.</summary>
    Estimation = 2,
}

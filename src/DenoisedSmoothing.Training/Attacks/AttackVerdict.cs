namespace DenoisedSmoothing.Training.Attacks;

/// <summary>What fresh votes say about an attacked image.</summary>
public enum AttackVerdict
{
    /// <summary>The smoothed classifier gives the label that was attacked.</summary>
    Held,

    /// <summary>The votes do not tell the label that was attacked from another.</summary>
    Undecided,

    /// <summary>The smoothed classifier gives another label.</summary>
    Changed,
}

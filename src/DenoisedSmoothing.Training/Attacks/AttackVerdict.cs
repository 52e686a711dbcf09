namespace DenoisedSmoothing.Training.Attacks;

/// <summary>What fresh votes say about an attacked image.</summary>
public enum AttackVerdict
{
    /// <summary>The smoothed classifier still gives the attacked label.</summary>
    Held,

    /// <summary>The votes do not distinguish the attacked label from another.</summary>
    Undecided,

    /// <summary>The smoothed classifier gives another label.</summary>
    Changed,
}

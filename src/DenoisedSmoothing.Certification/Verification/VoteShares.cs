namespace DenoisedSmoothing.Verification;

/// <summary>How a method divides alpha among the bounds on its votes.</summary>
internal enum VoteShares
{
    /// <summary>All of it for the label; the others have the complement.</summary>
    LabelOnly,

    /// <summary>Half for the label, and the other half in equal parts for the other classes.</summary>
    HalfForTheLabel,

    /// <summary>The same for every class.</summary>
    Alike,
}

namespace DenoisedSmoothing.Verification;

/// <summary>How a method shares alpha among the bounds of its votes.</summary>
internal enum VoteShares
{
    /// <summary>All of it for the label; the others have the complement.</summary>
    LabelOnly,

    /// <summary>One half for the label, and the other half for the other classes in equal parts.</summary>
    HalfForTheLabel,

    /// <summary>The same for every class.</summary>
    Alike,
}

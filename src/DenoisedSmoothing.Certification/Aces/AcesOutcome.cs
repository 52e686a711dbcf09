namespace DenoisedSmoothing.Aces;

/// <summary>What an <see cref="AcesCertificate"/> rests on.</summary>
public enum AcesOutcome
{
    /// <summary>No answer.</summary>
    Abstained,

    /// <summary>The image is selected, and its label certified: the smaller of both radii holds.</summary>
    Certified,

    /// <summary>The image is left to the core model, whose label carries no radius.</summary>
    Core,

    /// <summary>The selection is open, but both models give this label: it is the answer at the image itself, without a radius.</summary>
    Agreed,
}

namespace DenoisedSmoothing.AspNetCore;

/// <summary>How far a served classifier is.</summary>
public enum ModelState
{
    /// <summary>It is being loaded, or makes its first pass.</summary>
    Loading,

    /// <summary>It answers.</summary>
    Ready,

    /// <summary>It could not be loaded, or is another one than configured.</summary>
    Failed,

    /// <summary>The host stops: what is in work is finished, and nothing new is taken.</summary>
    Stopping,
}

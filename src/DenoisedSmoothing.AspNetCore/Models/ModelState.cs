namespace DenoisedSmoothing.AspNetCore;

/// <summary>The state of a served classifier.</summary>
public enum ModelState
{
    /// <summary>It is being loaded, or is making its first pass.</summary>
    Loading,

    /// <summary>It answers.</summary>
    Ready,

    /// <summary>It could not be loaded, or differs from the configured one.</summary>
    Failed,

    /// <summary>The host is stopping: requests in progress are finished, and nothing new is accepted.</summary>
    Stopping,
}

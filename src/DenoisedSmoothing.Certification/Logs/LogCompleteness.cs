namespace DenoisedSmoothing.Logs;

/// <summary>Whether a log holds all images that its run set out to do.</summary>
public enum LogCompleteness
{
    /// <summary>Nothing says, as in published logs.</summary>
    Unknown,

    /// <summary>The run was stopped or still goes on: images are missing.</summary>
    Unfinished,

    /// <summary>The log says that it is whole.</summary>
    Finished,
}

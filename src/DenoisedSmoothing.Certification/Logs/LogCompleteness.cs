namespace DenoisedSmoothing.Logs;

/// <summary>Whether a log holds all images that its run was to process.</summary>
public enum LogCompleteness
{
    /// <summary>Not stated, as in published logs.</summary>
    Unknown,

    /// <summary>The run was stopped or is still going on: images are missing.</summary>
    Unfinished,

    /// <summary>The log says that it is complete.</summary>
    Finished,
}

namespace DenoisedSmoothing.Tool;

/// <summary>Systems, each with its own error numbers.</summary>
internal enum SystemFamily
{
    /// <summary>Linux.</summary>
    Linux,

    /// <summary>macOS.</summary>
    MacOS,

    /// <summary>Windows.</summary>
    Windows,
}

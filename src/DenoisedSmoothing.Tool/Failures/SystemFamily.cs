namespace DenoisedSmoothing.Tool;

/// <summary>Systems that number their errors each in its own way.</summary>
internal enum SystemFamily
{
    /// <summary>Linux.</summary>
    Linux,

    /// <summary>macOS.</summary>
    MacOS,

    /// <summary>Windows.</summary>
    Windows,
}

using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool;

/// <summary>Logs as named on the command line.</summary>
internal static class LogInput
{
    /// <summary>The name of standard input.</summary>
    public const string StandardInput = "-";

    public static CertificationLog Read(string path)
    {
        if (path != StandardInput)
            return CertificationLog.Read(path);
        using Stream input = Console.OpenStandardInput();
        return CertificationLog.Read(input, "standard input");
    }
}

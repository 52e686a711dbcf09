using System.CommandLine;
using DenoisedSmoothing;

namespace Certify;

/// <summary>Logs as they are named on the command line.</summary>
internal static class LogInput
{
    /// <summary>The name of standard input.</summary>
    private const string StandardInput = "-";

    public static CertificationLog Read(string path)
    {
        if (path != StandardInput)
            return CertificationLog.Read(path);
        using Stream input = Console.OpenStandardInput();
        return CertificationLog.Read(input, "standard input");
    }

    /// <summary>An option for a number, checked when it is parsed.</summary>
    public static Option<double> Number(string name, string description, Func<double, bool> allowed, string range)
    {
        Option<double> option = new(name) { Description = description };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !(result.GetValueOrDefault<double>() is double value && allowed(value)))
                result.AddError($"{name} must be {range}, not {result.Tokens[0].Value}.");
        });
        return option;
    }
}

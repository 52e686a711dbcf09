using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace DenoisedSmoothing.Tool;

/// <summary>The usual help, then a verb's examples and exit codes.</summary>
internal sealed class VerbHelp(HelpAction usual) : SynchronousCommandLineAction
{
    /// <summary>Lets the help of every verb end with its examples and exit codes.</summary>
    public static void AddTo(RootCommand root)
    {
        foreach (HelpOption help in root.Options.OfType<HelpOption>())
            help.Action = new VerbHelp((HelpAction)help.Action!);
    }

    public override int Invoke(ParseResult parseResult)
    {
        int exit = usual.Invoke(parseResult);
        if (parseResult.CommandResult.Command is Verb verb)
        {
            TextWriter output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (string example in verb.Examples)
                output.WriteLine($"  dds {example}");
            output.WriteLine();
            output.WriteLine("Exit codes:");
            foreach ((int code, string meaning) in verb.ExitCodes)
                output.WriteLine($"  {code,-4} {meaning}");
            output.WriteLine();
        }

        return exit;
    }
}

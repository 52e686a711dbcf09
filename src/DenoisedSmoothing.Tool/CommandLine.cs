using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Tool;

/// <summary>The program: its verbs, and what every verb shares.</summary>
internal static class CommandLine
{
    /// <summary>
    /// Exit codes: 0 done, 1 the question was answered with no or the input was bad, 2 could not tell, 130 cancelled before anything was
    /// found.
    /// </summary>
    public const int Done = 0, Failed = 1, CannotTell = 2, Cancelled = 130;

    private static readonly Regex s_conversion =
        new("^Cannot parse argument '(?<value>.*)' for (option|argument) '(?<option>.*)' as expected type '(?<type>.*)'",
        RegexOptions.Singleline | RegexOptions.CultureInvariant);

    /// <summary>Parses and runs.</summary>
    /// <param name="args">What was typed.</param>
    /// <param name="configuration">Where output goes; the process's own when not given.</param>
    /// <param name="cancellationToken">Stops it as Ctrl-C does.</param>
    public static async Task<int> RunAsync(
        string[] args, InvocationConfiguration? configuration = null, CancellationToken cancellationToken = default)
    {
        // Numbers are read and written alike whatever the system's language.
        CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        // Without a timeout Ctrl-C ends the process at once, in the middle of a line.
        configuration ??= new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) };
        configuration.EnableDefaultExceptionHandler = false;
        ParseResult parsed = Root().Parse(args);
        try
        {
            NativeLibTorch.UseFolderOfEnvironment();
            if (parsed.Errors.Select(NoNumber).FirstOrDefault(said => said is not null) is { } said)
                throw new ArgumentException(said);
            if (parsed.Action is ParseErrorAction error)
                error.ShowHelp = false;
            return await parsed.InvokeAsync(configuration, cancellationToken);
        }
        catch (OperationCanceledException e)
        {
            configuration.Error.WriteLine(Stopped.Says(parsed, args));
            return e is StoppedWithFindingsException found ? found.ExitCode : Cancelled;
        }
        catch (DllNotFoundException) when (NativeLibTorch.IsLeftOut)
        {
            configuration.Error.WriteLine(NativeLibTorch.Advice);
            return Failed;
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException or InvalidOperationException
                or NotSupportedException or DllNotFoundException or CheckpointException)
        {
            configuration.Error.WriteLine(Plain(e));
            return Failed;
        }
        catch (ExternalException e)
        {
            // libtorch's own complaint, of which the first line says what; behind it come pages of frames.
            configuration.Error.WriteLine(
                $"libtorch refuses: {e.Message.Split('\n')[0].TrimEnd()}. Do size and channels of the images fit the models, and has "
                + $"the device memory enough?");
            return Failed;
        }
    }

    /// <summary>The program's verbs.</summary>
    public static RootCommand Root()
    {
        RootCommand root = new("Certified robustness by denoised smoothing: certificates, logs, tables and figures.")
        {
            CertifyCommand.Create(),
            PredictCommand.Create(),
            DenoiseCommand.Create(),
            EvaluateCommand.Create(),
            AttackCommand.Create(),
            TransferCommand.Create(),
            TrainClassifierCommand.Create(),
            TrainDenoiserCommand.Create(),
            FinetuneCommand.Create(),
            PlanCommand.Create(),
            AnalyzeCommand.Create(),
            AuditCommand.Create(),
            VerifyCommand.Create(),
            MergeCommand.Create(),
        };
        VerbHelp.AddTo(root);
        return root;
    }

    // The parser names .NET's types, which mean nothing to someone who typed an option.
    private static string? NoNumber(ParseError error)
    {
        Match match = s_conversion.Match(error.Message);
        if (!match.Success)
            return null;
        (string option, string value, string type) =
            (match.Groups["option"].Value, match.Groups["value"].Value, match.Groups["type"].Value);
        return type.Contains("Int", StringComparison.Ordinal) ? $"{option} takes a whole number of a size that makes sense, not '{value}'."
            : type.Contains("Double", StringComparison.Ordinal) ? $"{option} takes a number, not '{value}'."
            : $"{option} does not take '{value}'; --help says what it takes.";
    }

    // .NET adds the parameter's name and value, which mean nothing to someone who typed options.
    private static string Plain(Exception e) => Advice.Of(e is ArgumentException { ParamName: { } name }
        ? e.Message.Split($" (Parameter '{name}')")[0]
        : e.Message);
}

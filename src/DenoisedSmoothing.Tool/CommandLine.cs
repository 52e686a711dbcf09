using System.CommandLine;
using System.CommandLine.Invocation;
using System.Globalization;
using System.Runtime.InteropServices;
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
            if (parsed.Action is ParseErrorAction)
                throw new ArgumentException(string.Join(Environment.NewLine, ParseErrors.Of(parsed)));
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
            configuration.Error.WriteLine(Screen.Fold(Plain(e), Screen.ErrorWidth));
            return Failed;
        }
        catch (ExternalException e)
        {
            // libtorch's own complaint, of which the first line says what; behind it come pages of frames.
            configuration.Error.WriteLine(Screen.Fold(
                $"libtorch refuses: {e.Message.Split('\n')[0].TrimEnd()}. Do size and channels of the images fit the models, and has "
                + $"the device memory enough?", Screen.ErrorWidth));
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
            AcesCommand.Create(),
            TransferCommand.Create(),
            CalibrateCommand.Create(),
            SetsCommand.Create(),
            TrainClassifierCommand.Create(),
            TrainDenoiserCommand.Create(),
            FinetuneCommand.Create(),
            CheckCommand.Create(),
            PlanCommand.Create(),
            AnalyzeCommand.Create(),
            ReportCommand.Create(),
            AuditCommand.Create(),
            VerifyCommand.Create(),
            MergeCommand.Create(),
        };
        VerbHelp.AddTo(root);
        return root;
    }

    // .NET adds the parameter's name and value, which mean nothing to someone who typed options.
    private static string Plain(Exception e) => Advice.Of(e is ArgumentException { ParamName: { } name }
        ? e.Message.Split($" (Parameter '{name}')")[0]
        : e.Message);
}

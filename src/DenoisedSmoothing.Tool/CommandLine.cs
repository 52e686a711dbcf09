using System.CommandLine;
using System.CommandLine.Invocation;
using System.Globalization;

namespace DenoisedSmoothing.Tool;

/// <summary>The program: its verbs, and what every verb shares.</summary>
internal static class CommandLine
{
    /// <summary>
    /// Exit codes: 0 done, 1 the answer was no or the input was bad, 2 could not tell, 75 the same command may succeed later (EX_TEMPFAIL
    /// of sysexits.h), 130 stopped before anything was found.
    /// </summary>
    public const int Done = 0, Failed = 1, CannotTell = 2, TryAgain = 75, Cancelled = 130;

    // What System.CommandLine returns for a verb that still works a minute after Ctrl-C or a termination signal.
    private const int Interrupted = 130, Terminated = 143;

    /// <summary>Parses and runs.</summary>
    /// <param name="args">What was typed.</param>
    /// <param name="configuration">Where output goes; the process's own when not given.</param>
    /// <param name="cancellationToken">Stops it like Ctrl-C.</param>
    public static async Task<int> RunAsync(
        string[] args, InvocationConfiguration? configuration = null, CancellationToken cancellationToken = default)
    {
        // Numbers are read and written the same way whatever the system's language.
        CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        bool isProcess = configuration is null;
        // Without a timeout, Ctrl-C ends the process at once, in the middle of a line.
        configuration ??= new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) };
        configuration.EnableDefaultExceptionHandler = false;
        ParseResult parsed = Root().Parse(args);
        try
        {
            NativeLibTorch.UseFolderOfEnvironment();
            if (parsed.Action is ParseErrorAction)
                throw new ArgumentException(string.Join(Environment.NewLine, ParseErrors.Of(parsed)));
            int code = await parsed.InvokeAsync(configuration, cancellationToken);
            // Verbs report stopping by an exception; this one is still in a pass.
            if (code is Interrupted or Terminated)
            {
                configuration.Error.WriteLine(Stopped.Says(parsed, args));
                if (isProcess)
                    AbruptEnd.Now(code);
            }

            return code;
        }
        catch (OperationCanceledException e)
        {
            configuration.Error.WriteLine(Stopped.Says(parsed, args));
            return e is StoppedWithFindingsException found ? found.ExitCode : Cancelled;
        }
        catch (Exception e) when (Failure.Of(e) is not null)
        {
            Failure failure = Failure.Of(e)!;
            configuration.Error.WriteLine(Screen.Fold(failure.Message, Screen.ErrorWidth));
            return failure.ExitCode;
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
            EnqueueCommand.Create(),
            WorkCommand.Create(),
            StatusCommand.Create(),
            CollectCommand.Create(),
        };
        VerbHelp.AddTo(root);
        return root;
    }
}

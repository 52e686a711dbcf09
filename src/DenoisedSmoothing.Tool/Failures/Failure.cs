using System.Data.Common;
using System.Runtime.InteropServices;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Cluster;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Sampling;

namespace DenoisedSmoothing.Tool;

/// <summary>
/// What an error means to the user or scheduler that started the program: what to say, and whether the same command can succeed later. This
/// is the only place that decides it.
/// </summary>
/// <param name="ExitCode"><see cref="CommandLine.TryAgain"/> where nothing about the run is wrong, otherwise
/// <see cref="CommandLine.Failed"/>.</param>
/// <param name="Message">A sentence or two.</param>
internal sealed record Failure(int ExitCode, string Message)
{
    private const string MayPass = "This may pass: try again.";

    /// <summary>Classifies an error.</summary>
    /// <returns>Null for an error that no part of the program expects: a bug.</returns>
    public static Failure? Of(Exception error)
    {
        string message = TextOf(error);
        if (CanPass(error))
            return new Failure(CommandLine.TryAgain, $"{message}{(message.EndsWith('.') ? "" : ".")} {MayPass}");
        return IsExpected(error) ? new Failure(CommandLine.Failed, message) : null;
    }

    /// <summary>
    /// Whether the same command can succeed later: its device, its memory, its storage or another process was the cause, not its options or
    /// its files.
    /// </summary>
    public static bool CanPass(Exception error) => OutOfMemory.Is(error) || Causes(error).Any(static cause => cause switch
    {
        LogInUseException or QueueUnavailableException or TimeoutException => true,
        DbException database => database.IsTransient,
        IOException io => StorageFaults.CanPass(io.HResult, StorageFaults.ThisSystem),
        _ => DeviceFaults.CanPass(cause.Message),
    });

    private static bool IsExpected(Exception error) => error is IOException or UnauthorizedAccessException or InvalidDataException
        or ArgumentException or InvalidOperationException or NotSupportedException or DllNotFoundException or CheckpointException
        or ExternalException;

    private static IEnumerable<Exception> Causes(Exception error)
    {
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
            yield return cause;
    }

    private static string TextOf(Exception error) => error switch
    {
        DllNotFoundException when NativeLibTorch.IsLeftOut => NativeLibTorch.Advice,
        // libtorch's own error, whose first line says what happened; pages of frames follow.
        ExternalException when DeviceFaults.CanPass(error.Message) => $"The device failed: {FirstLine(error)}.",
        ExternalException when OutOfMemory.Is(error) => $"libtorch refuses: {FirstLine(error)}.",
        ExternalException and not DbException =>
            $"libtorch refuses: {FirstLine(error)}. Do size and channels of the images fit the models, and has the device enough memory?",
        // .NET adds the parameter's name and value, which mean nothing to a user who typed options.
        ArgumentException { ParamName: { } name } => Advice.Of(error.Message.Split($" (Parameter '{name}')")[0]),
        _ => Advice.Of(error.Message),
    };

    private static string FirstLine(Exception error) => error.Message.Split('\n')[0].TrimEnd().TrimEnd('.');
}

namespace DenoisedSmoothing.Tool;

/// <summary>A check was stopped after it had found something: its exit code is that of the finding.</summary>
internal sealed class StoppedWithFindingsException(int exitCode, Exception stop) : OperationCanceledException(stop.Message, stop)
{
    public int ExitCode => exitCode;
}

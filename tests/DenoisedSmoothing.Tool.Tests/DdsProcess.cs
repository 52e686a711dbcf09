using System.Diagnostics;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tool.Tests;

/// <summary>The program as a process of its own, which can be killed.</summary>
internal sealed class DdsProcess : IDisposable
{
    private const string Env = "/usr/bin/env";

    // As it was built: beside the tests lies what they need, which is not all that it needs.
    private static readonly string s_dds = Path.Combine(
        SourceTree.Root, "src", "DenoisedSmoothing.Tool",
        Path.GetRelativePath(Path.Combine(SourceTree.Root, "tests", "DenoisedSmoothing.Tool.Tests"), AppContext.BaseDirectory), "dds.dll");

    private readonly Process _process;
    private readonly Task<string> _output, _error;

    private DdsProcess(Process process) =>
        (_process, _output, _error) = (process, process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());

    public static DdsProcess Start(params string[] args)
    {
        string[] program = [Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", s_dds, .. args];
        // A shell's background job ignores Ctrl-C, and so does all that it starts: tests that run in one would wait in vain.
        if (OperatingSystem.IsLinux() && File.Exists(Env))
            program = [Env, "--default-signal=INT", .. program];
        ProcessStartInfo start = new(program[0], program[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        // Waiting threads of libtorch otherwise spin, beside the processes of other tests.
        start.Environment["GOMP_SPINCOUNT"] = "0";
        return new DdsProcess(Process.Start(start)!);
    }

    public bool HasExited => _process.HasExited;

    /// <summary>Ends it as <c>kill -9</c> does.</summary>
    /// <returns>False where it had ended by itself.</returns>
    public bool Kill()
    {
        bool running = !_process.HasExited;
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        return running;
    }

    /// <summary>Asks it to stop, as Ctrl-C does.</summary>
    public void Interrupt() => Signal("INT");

    /// <summary>Asks it to stop, as schedulers do before they kill.</summary>
    public void Terminate() => Signal("TERM");

    /// <summary>Waits for its end.</summary>
    public (int Exit, string Output, string Error) Finish()
    {
        if (!_process.WaitForExit(TimeSpan.FromMinutes(5)))
        {
            Kill();
            throw new TimeoutException($"The program did not end: {_output.Result} {_error.Result}");
        }

        return (_process.ExitCode, _output.Result, _error.Result);
    }

    private void Signal(string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }
}

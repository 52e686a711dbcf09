using System.Diagnostics;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Cluster.Tests;

/// <summary>dds as a process of its own, which can be killed, stopped and woken.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private const string Env = "/usr/bin/env";

    // As it was built: beside the tests lies what they need, which is not all that it needs.
    private static readonly string s_dds = Path.Combine(
        SourceTree.Root, "src", "DenoisedSmoothing.Tool",
        Path.GetRelativePath(Path.Combine(SourceTree.Root, "tests", "DenoisedSmoothing.Cluster.Tests"), AppContext.BaseDirectory),
        "dds.dll");

    private readonly Process _process;
    private readonly Task<string> _output, _error;

    private WorkerProcess(Process process) =>
        (_process, _output, _error) = (process, process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());

    /// <summary>A worker with the models of its run.</summary>
    public static WorkerProcess Real(string place, string run) => Start(s_dds, "work", "--queue", place, "--run", run, "--lease", "1");

    /// <summary>A worker with no models, for a <see cref="FakeRun"/>.</summary>
    public static WorkerProcess Fake(string place, string run) => Start(typeof(FakeWorker).Assembly.Location, place, run, "1", "0.05");

    private static WorkerProcess Start(params string[] args)
    {
        string[] program = [Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", .. args];
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
        start.Environment["OMP_NUM_THREADS"] = "1";
        return new WorkerProcess(Process.Start(start)!);
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Sends a signal: KILL, STOP, CONT, INT.</summary>
    public void Signal(string name)
    {
        if (!_process.HasExited)
            Process.Start("kill", [$"-{name}", $"{_process.Id}"])!.WaitForExit();
    }

    public (int Exit, string Output, string Error) Finish()
    {
        if (!_process.WaitForExit(TimeSpan.FromMinutes(3)))
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The program did not end: {_output.Result} {_error.Result}");
        }

        return (_process.ExitCode, _output.Result, _error.Result);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}

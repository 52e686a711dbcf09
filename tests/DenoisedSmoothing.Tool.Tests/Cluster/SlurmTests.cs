using System.Diagnostics;
using System.Globalization;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tool.Tests.Cluster;

/// <summary>The scripts of samples/Cluster/slurm: with a stand-in for dds, and on a cluster of their own where there is Slurm.</summary>
public sealed class SlurmTests : IDisposable
{
    private const string Bash = "/usr/bin/bash";

    private static readonly string s_folder = Path.Combine(SourceTree.Root, "samples", "Cluster", "slurm");

    private readonly string _work = Directory.CreateTempSubdirectory("dds-slurm-").FullName;

    public void Dispose() => Directory.Delete(_work, recursive: true);

    [SkippableTheory]
    [InlineData(CommandLine.Done, false)]
    [InlineData(CommandLine.Failed, false)]
    [InlineData(CommandLine.CannotTell, false)]
    [InlineData(CommandLine.Cancelled, false)] // scancel; a preemption queues by itself
    [InlineData(CommandLine.TryAgain, true)]
    [InlineData(137, true)]
    public void Task_is_queued_again_where_trying_again_can_help(int code, bool again)
    {
        (int exit, string output) = Certify(code, tries: 3);

        output.Contains("requeue 77_2", StringComparison.Ordinal).Should().Be(again, output);
        exit.Should().Be(again ? 0 : code, output);
    }

    [SkippableFact]
    public void Task_gives_up_after_its_tries_and_says_where_the_codes_stand()
    {
        Certify(CommandLine.TryAgain, tries: 3);
        Certify(137, tries: 3).Output.Should().Contain("requeue 77_2");

        (int exit, string output) = Certify(CommandLine.TryAgain, tries: 3);

        exit.Should().Be(CommandLine.TryAgain);
        output.Should().Contain("Given up after 3 tries").And.NotContain("requeue");
        File.ReadAllLines(Path.Combine(_work, "shard-2.failures")).Should().Equal("75", "137", "75");
        Certify(CommandLine.Done, tries: 3).Exit.Should().Be(0);
        File.Exists(Path.Combine(_work, "shard-2.failures")).Should().BeFalse();
    }

    [SkippableFact]
    [Trait("Category", "Slow")]
    public void Array_on_a_cluster_merges_into_the_single_run_whatever_ends_its_tasks()
    {
        Skip.IfNot(File.Exists("/usr/sbin/slurmctld") && File.Exists("/usr/sbin/munged"), "needs Slurm: apt-get install munge slurm-wlm");
        (int exit, string output) = Run(Path.Combine(SourceTree.Root, "tests", "cluster", "slurm.sh"), [], []);

        exit.Should().Be(0, output);
        output.Should().Contain("Slurm: passed.");
    }

    private (int Exit, string Output) Certify(int code, int tries)
    {
        Skip.IfNot(File.Exists(Bash), "needs bash");
        string ends = code.ToString(CultureInfo.InvariantCulture);
        Stand("dds", $"[ \"$1\" = certify ] && [ \"$4\" = 2/4 ] || exit 99\nexit {ends}");
        Stand("scontrol", "echo \"$@\"");
        return Run(Path.Combine(s_folder, "certify.sbatch"), ["run.args", _work], new()
        {
            ["SLURM_ARRAY_TASK_ID"] = "2", ["SLURM_ARRAY_TASK_COUNT"] = "4", ["SLURM_JOB_ID"] = "77", ["SLURM_ARRAY_JOB_ID"] = "77",
            ["DDS"] = Path.Combine(_work, "dds"), ["DDS_TRIES"] = tries.ToString(CultureInfo.InvariantCulture),
            ["PATH"] = $"{_work}:{Environment.GetEnvironmentVariable("PATH")}",
        });
    }

    private void Stand(string name, string script)
    {
        string path = Path.Combine(_work, name);
        File.WriteAllText(path, $"#!{Bash}\n{script}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static (int Exit, string Output) Run(string script, string[] args, Dictionary<string, string> environment)
    {
        ProcessStartInfo start = new(Bash, [script, .. args]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }
}

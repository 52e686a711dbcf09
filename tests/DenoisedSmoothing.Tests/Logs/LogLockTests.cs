using System.Diagnostics;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Logs;

/// <summary>One writer per log, and any number of readers beside it.</summary>
public sealed class LogLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Log => _folder.PathOf("run.tsv");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_refuses_a_second_writer()
    {
        using CertificationLogWriter first = CertificationLogWriter.Open(Log, LogSamples.Meta(), resume: false);

        FluentActions.Invoking(() => CertificationLogWriter.Open(Log, LogSamples.Meta(), resume: true))
            .Should().Throw<LogInUseException>().WithMessage($"Another process is writing {Log}.*");
    }

    [Fact]
    public void Append_beside_a_writer_that_no_lock_kept_out_stops_before_it_overwrites()
    {
        using CertificationLogWriter writer = CertificationLogWriter.Open(Log, LogSamples.Meta(), resume: false);
        writer.Append(0, 2, LogSamples.Certificate(0), TimeSpan.FromSeconds(1));
        // As a second process does on a file system without locks.
        File.AppendAllText(Log + ".jsonl", "a line of another process\n");
        byte[] before = File.ReadAllBytes(Log + ".jsonl");

        writer.Invoking(its => its.Append(1, 2, LogSamples.Certificate(1), TimeSpan.FromSeconds(1)))
            .Should().Throw<LogInUseException>();

        File.ReadAllBytes(Log + ".jsonl").Should().Equal(before);
    }

    [Fact]
    public void Lock_stays_with_an_unfinished_log_and_goes_with_a_finished_one()
    {
        using (CertificationLogWriter writer = CertificationLogWriter.Open(Log, LogSamples.Meta(), resume: false))
        {
            LogLock.IsHeld(Log).Should().BeTrue();
            LogLock.IsHeld(Log + ".jsonl").Should().BeTrue();
        }

        File.Exists(Log + ".lock").Should().BeTrue();
        LogLock.IsHeld(Log).Should().BeFalse();
        using (CertificationLogWriter writer = CertificationLogWriter.Open(Log, LogSamples.Meta(), resume: true))
            writer.End();
        File.Exists(Log + ".lock").Should().BeFalse();
    }

    [Fact]
    public void Read_sees_the_lines_of_a_run_that_goes_on()
    {
        using CertificationLogWriter writer = CertificationLogWriter.Open(Log, LogSamples.Meta(), resume: false);
        writer.Append(0, 2, LogSamples.Certificate(0), TimeSpan.FromSeconds(1));

        CertificationLog.Read(Log).Rows.Should().ContainSingle();
    }

    // The JSON lines are what version 1 locks.
    [SkippableTheory]
    [InlineData(".lock")]
    [InlineData(".jsonl")]
    public void Open_after_a_kill_is_not_hindered_by_the_dead_processs_lock(string locked)
    {
        Skip.IfNot(OperatingSystem.IsLinux() && File.Exists("/usr/bin/flock"), "needs util-linux's flock");
        using (CertificationLogWriter killed = CertificationLogWriter.Open(Log, LogSamples.Meta(), resume: false))
            killed.Append(0, 2, LogSamples.Certificate(0), TimeSpan.FromSeconds(1));
        using Process holder = Process.Start(new ProcessStartInfo("/usr/bin/flock", ["-o", "-x", Log + locked, "sleep", "60"]))!;
        Func<CertificationLogWriter> open = () => CertificationLogWriter.Open(Log, LogSamples.Meta(), resume: true);
        bool held = false;
        for (int wait = 0; wait < 100 && !held; wait++)
        {
            Thread.Sleep(20);
            try
            {
                open().Dispose();
            }
            catch (LogInUseException)
            {
                held = true;
            }
        }

        held.Should().BeTrue();
        holder.Kill(entireProcessTree: true);
        holder.WaitForExit();

        open().Invoking(writer => writer.Dispose()).Should().NotThrow();
    }
}

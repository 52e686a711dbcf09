using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Cluster.Tests;

/// <summary>The log of a fake run.</summary>
internal static class FakeLog
{
    /// <summary>Writes the log that one process would have written.</summary>
    public static string Write(QueuedRun run, int images, string path)
    {
        using CertificationLogWriter writer = CertificationLogWriter.Open(path, run.Settings, resume: false);
        foreach (int image in FakeRun.Indices(images))
            writer.Append(FakeRun.Entry(run, image), flush: false);
        writer.End();
        return path;
    }
}

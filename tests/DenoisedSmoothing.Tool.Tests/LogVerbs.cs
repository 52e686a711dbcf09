using System.CommandLine;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Tool;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tool.Tests;

/// <summary>A folder of logs, and the verbs that read them.</summary>
public abstract class LogVerbs : IDisposable
{
    // scipy 1.10 at n = 1000, sigma = .5, alpha = .001, printed by Python's '{:.3}': k = 1000, 999, 950, 900, 560.
    protected const string Rows =
        "0\t3\t3\t1.23\t1\t0:00:01\n1\t3\t3\t1.18\t1\t0:00:03\n2\t3\t4\t0.72\t0\t0:00:02\n"
        + "3\t3\t3\t0.557\t1\t0:00:02\n4\t3\t-1\t0.0\t0\t0:00:02\n5\t1\t1\t0.0134\t1\t0:00:02\n";

    protected const string Header = "idx\tlabel\tpredict\tradius\tcorrect\ttime\n";

    protected DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("dds-verbs-");

    protected StringWriter Output { get; } = new();

    protected StringWriter Error { get; } = new();

    public void Dispose() => Folder.Delete(recursive: true);

    protected Task<int> Run(params string[] args) =>
        CommandLine.RunAsync(args, new InvocationConfiguration { Output = Output, Error = Error });

    /// <summary>Three images and one skipped, of nine.</summary>
    protected string WriteLog(double alpha, bool end, long? imageIndex = null)
    {
        string log = Path.Combine(Folder.FullName, "run.tsv");
        CertificationLogMeta meta = new()
        {
            Kind = CertificationLogKind.Certify,
            Settings = new Dictionary<string, string>
            {
                [CertificationLogMeta.SigmaSetting] = "0.25",
                [CertificationLogMeta.MethodSetting] = new CohenCertifier(10, 200, alpha).Method.ToString(),
                [CertificationLogMeta.AlphaSetting] = alpha.ToString("R", System.Globalization.CultureInfo.InvariantCulture),
            },
            Rows = 9,
        };
        using CertificationLogWriter writer = CertificationLogWriter.Open(log, meta, resume: false);
        for (int index = 0; index < 3; index++)
            writer.Append(index, 1, CertificateOf(195 + index, alpha, imageIndex ?? index), TimeSpan.FromSeconds(1));
        writer.Skip(7, "broken");
        if (end)
            writer.End();
        return log;
    }

    protected static Certificate CertificateOf(long votes, double alpha, long imageIndex)
    {
        IVoteTest<Certificate> test = new CohenCertifier(10, 200, alpha).Certify(2, .25);
        test.Observe(new VoteCounts(1, 9));
        test.Observe(new VoteCounts(200 - votes, votes));
        return test.Result with
        {
            Provenance = new Provenance
            {
                Seed = 1, ImageIndex = imageIndex, ImageHash = "00", ImageShape = [1, 2, 2], DrawnSigma = .25, BaseClassifier =
                    "fake", Precision = "float32",
                Device = "cpu", Batch = 1, Software = "test", Noise = "philox4x32-10/box-muller/1",
            },
        };
    }

    protected string Write(string name, string text)
    {
        string path = Path.Combine(Folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}

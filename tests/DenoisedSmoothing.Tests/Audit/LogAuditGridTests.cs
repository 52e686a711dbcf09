using DenoisedSmoothing.Audit;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tests.Audit;

/// <summary>
/// Logs of grid noise, whose radii are a little smaller than plain Gaussian ones: the audit takes that from the log's settings.
/// </summary>
public sealed class LogAuditGridTests
{
    private static readonly LogAuditSettings Truth = new(.5, 1000, .001);

    [Theory]
    [InlineData(784, "784", true)]
    [InlineData(784, "150528", false)]
    [InlineData(150_528, "784", false)]
    [InlineData(784, null, false)]
    public void Run_expects_the_radii_of_the_log_s_noise(long dimension, string? setting, bool fits)
    {
        using TemporaryFolder folder = new();
        CohenCertifier certifier = new(n0: 10, n: 1000);
        Dictionary<string, string> settings = new()
        {
            [CertificationLogMeta.MethodSetting] = certifier.Method.ToString(),
            [CertificationLogMeta.NoiseSetting] = GridGaussianNoise.Scheme,
        };
        if (setting is not null)
            settings[CertificationLogMeta.DimensionSetting] = setting;
        using (CertificationLogWriter writer = CertificationLogWriter.Open(
            folder.PathOf("a.tsv"), new CertificationLogMeta { Kind = CertificationLogKind.Certify, Settings = settings }, resume: false))
        {
            for (int i = 0; i < 20; i++)
            {
                IVoteTest<Certificate> test = certifier.Certify(2, new GridGaussianRule(.5, dimension));
                test.Observe(new VoteCounts(10, 0));
                test.Observe(new VoteCounts(1000 - 20 * i, 20 * i));
                writer.Append(i, 0, test.Result with { Provenance = LogSamples.Certificate(0).Provenance }, TimeSpan.FromSeconds(1));
            }
        }

        LogAudit audit = LogAudit.Run(CertificationLog.Read(folder.PathOf("a.tsv")), Truth);

        audit.Findings.Any().Should().Be(!fits);
    }
}

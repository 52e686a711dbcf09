using System.Text.Json.Nodes;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Verification;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tests.Verification;

public sealed class LogVerificationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Log => _folder.PathOf("run.tsv");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_finds_nothing_in_a_log_of_schema_1()
    {
        LogVerification verification = LogVerification.Run(Golden.PathOf("cases/log-schema-1/shard1.tsv"));

        verification.Findings.Should().BeEmpty();
        verification.Verified.Should().Be(4);
    }

    [Fact]
    public void Run_finds_nothing_in_a_fresh_log()
    {
        Write();

        LogVerification.Run(Log).Findings.Should().BeEmpty();
        LogVerification.Run(Log + ".jsonl").Verified.Should().Be(3);
    }

    [Theory]
    [InlineData("radius", "9.75", "radius")]
    [InlineData("alpha", "0.0001", "alpha")]
    [InlineData("alpha", "0.05", "alpha")]
    [InlineData("sigma", "0.5", "sigma")]
    [InlineData("method", "\"cohen n0=10 n=200 alpha=0.05\"", "method")]
    [InlineData("label", "0", "label")]
    public void Run_names_a_forged_line(string member, string value, string found)
    {
        Write();
        string[] lines = File.ReadAllLines(Log + ".jsonl");
        JsonObject line = JsonNode.Parse(lines[1])!.AsObject();
        line["certificate"]![member] = JsonNode.Parse(value);
        lines[1] = line.ToJsonString();
        File.WriteAllLines(Log + ".jsonl", lines);

        LogVerification.Run(Log + ".jsonl").Findings.Should().Contain(finding => finding.Index == 1 && finding.Finding.Member == found);
    }

    [Fact]
    public void Read_refuses_lines_of_several_norms()
    {
        Write();
        string[] lines = File.ReadAllLines(Log + ".jsonl");
        CertificationLog.Read(Log + ".jsonl").Norm.Should().Be(Norm.L2);
        lines[1] = lines[1].Replace("\"norm\":\"l2\"", "\"norm\":\"l1\"");
        File.WriteAllLines(Log + ".jsonl", lines);

        FluentActions.Invoking(() => CertificationLog.Read(Log + ".jsonl")).Should().Throw<InvalidDataException>()
            .WithMessage("*image 1 has a radius in l1, and those before it have theirs in l2*");
    }

    [Fact]
    public void Run_holds_the_table_against_the_json_lines()
    {
        Write();
        string[] lines = File.ReadAllLines(Log);
        string[] cells = lines[2].Split('\t');
        cells[3] = "9.75";
        lines[2] = string.Join('\t', cells);
        File.WriteAllLines(Log, lines.Append("7\t1\t1\t9\t1\t0:00:01\t10\t200\t1\t200\t0.9"));

        LogVerification.Run(Log).Findings.Select(finding => finding.ToString()).Should()
            .Contain(text => text.StartsWith("image 1: radius: 9.75 is in the table"))
            .And.Contain("image 7: index: the table has this image, and the JSON lines do not");
    }

    [Fact]
    public void Run_names_lines_that_share_their_noise()
    {
        Write(index => index == 2 ? 0 : index);

        LogVerification.Run(Log).Findings.Select(finding => finding.ToString()).Should().Equal(
            "image 2: imageIndex: 0 is claimed, and the line says 2",
            "image 2: provenance: seed and image index are those of image 0, so the noise is the same and the two are not independent");
    }

    /// <summary>As whoever wants a better accuracy would: the image is gone from both files, and the end counts what is left.</summary>
    [Fact]
    public void Run_names_an_image_that_was_taken_out_of_both_files()
    {
        Write(images: "start=0 skip=1 max=all corrupt=stop");
        LogVerification.Run(Log).Should().Match<LogVerification>(whole => whole.Findings.Count == 0 && whole.Unfinished == 0);
        File.WriteAllLines(Log, File.ReadAllLines(Log).Where(static (_, line) => line != 2));
        File.WriteAllLines(Log + ".jsonl", File.ReadAllLines(Log + ".jsonl").Where(static (_, line) => line != 1)
            .Select(static line => line.Replace("\"images\":3", "\"images\":2")));

        foreach (string path in (string[])[Log, Log + ".jsonl"])
        {
            LogVerification.Run(path).Findings.Select(static finding => finding.ToString()).Should().Equal(
                "image 1: index: the settings set out to do it, and it is left out");
        }
    }

    [Fact]
    public void Run_counts_what_an_unfinished_run_has_left()
    {
        Write(images: "start=0 skip=1 max=all corrupt=stop", rows: 8, end: false);

        LogVerification.Run(Log).Should().Match<LogVerification>(part => part.Findings.Count == 0 && part.Unfinished == 5);
    }

    [Fact]
    public void Run_says_that_a_table_alone_cannot_be_verified()
    {
        Write();
        File.Delete(Log + ".jsonl");

        FluentActions.Invoking(() => LogVerification.Run(Log)).Should().Throw<FileNotFoundException>()
            .WithMessage("*without votes there is nothing to verify*");
    }

    private void Write(Func<long, long>? imageIndex = null, string? images = null, long rows = 3, bool end = true)
    {
        CohenCertifier certifier = new(10, 200);
        CertificationLogMeta meta = new()
        {
            Kind = CertificationLogKind.Certify,
            Settings = new Dictionary<string, string>
            {
                ["sigma"] = "0.25", [CertificationLogMeta.MethodSetting] = certifier.Method.ToString(),
                    [CertificationLogMeta.AlphaSetting] = "0.001",
            },
            Rows = rows,
        };
        if (images is not null)
        {
            meta = meta with
            {
                Settings = new Dictionary<string, string>(meta.Settings) { [CertificationLogMeta.ImagesSetting] = images },
            };
        }

        using CertificationLogWriter writer = CertificationLogWriter.Open(Log, meta, resume: false);
        for (long index = 0; index < 3; index++)
        {
            IVoteTest<Certificate> test = certifier.Certify(2, .25);
            test.Observe(new VoteCounts(1, 9));
            test.Observe(new VoteCounts(5 + index, 195 - index));
            Certificate certificate = test.Result with
            {
                Provenance = LogSamples.Certificate(index).Provenance! with
                {
                    ImageIndex = imageIndex?.Invoke(index) ?? index,
                    Noise = "philox4x32-10/box-muller/1",
                },
            };
            writer.Append(index, 1, certificate, TimeSpan.FromSeconds(1));
        }

        if (end)
            writer.End();
    }
}

using System.Text.Json.Nodes;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Noise;
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

    [Theory]
    [InlineData("correct", "0")]
    [InlineData("time", "0:00:02")]
    [InlineData("n0", "11")]
    [InlineData("n", "201")]
    [InlineData("selected", "0")]
    [InlineData("count", "200")]
    [InlineData("pALower", "0.99")]
    public void Run_names_every_changed_column_of_the_table(string column, string value)
    {
        Write();
        Edit(Log, 2, line => Changed(line, LogText.Header(CertificationLogKind.Certify), column, value));

        LogVerification.Run(Log).Findings.Should().ContainSingle().Which.Should().Match<LogFinding>(found =>
            found.Index == 1 && found.Finding.Member == column);
    }

    [Theory]
    [InlineData("n", "99")]
    [InlineData("runnerUpCount", "0")]
    [InlineData("pValue", "1E-30")]
    public void Run_names_every_changed_column_of_a_table_of_predictions(string column, string value)
    {
        WritePredictions();
        LogVerification.Run(Log).Findings.Should().BeEmpty();
        Edit(Log, 2, line => Changed(line, LogText.Header(CertificationLogKind.Predict), column, value));

        LogVerification.Run(Log).Findings.Should().ContainSingle().Which.Finding.Member.Should().Be(column);
    }

    [Fact]
    public void Run_names_an_image_that_stands_in_the_json_lines_twice()
    {
        WritePredictions();
        string[] lines = File.ReadAllLines(Log + ".jsonl");
        File.WriteAllLines(Log + ".jsonl", [lines[0], lines[0], lines[1], lines[2]]);

        LogVerification.Run(Log + ".jsonl").Findings.Should().ContainSingle().Which.ToString().Should()
            .Be("image 0: index: the JSON lines have this image more than once, and it would count as often");
    }

    [Fact]
    public void Run_refuses_json_lines_that_their_end_does_not_count()
    {
        Write();
        string[] lines = File.ReadAllLines(Log + ".jsonl");
        File.WriteAllLines(Log + ".jsonl", [lines[0], .. lines[2..]]);

        FluentActions.Invoking(() => LogVerification.Run(Log + ".jsonl")).Should().Throw<InvalidDataException>()
            .WithMessage("*the end says 3 images*there are 2*");
    }

    /// <summary>Shared among two classes instead of ten, alpha gives more; one line alone cannot show it.</summary>
    [Fact]
    public void Run_names_a_line_whose_votes_are_over_fewer_classes()
    {
        MulticlassCertifier certifier = new(10, 200);
        Certificate ten = Voted(certifier, 10), two = Voted(certifier, 3);
        two.Radius.Should().BeGreaterThan(ten.Radius * 1.01);
        new CertificateVerifier().Verify(two).Should().BeEmpty();
        using (CertificationLogWriter writer = CertificationLogWriter.Open(Log, Meta(certifier), resume: false))
        {
            writer.Append(0, 1, ten, TimeSpan.Zero);
            writer.Append(1, 1, two, TimeSpan.Zero);
        }

        LogVerification.Run(Log).Findings.Should().ContainSingle().Which.ToString().Should()
            .Be("image 1: votes: they are over 3 classes, and those of the lines before over 10");
    }

    /// <summary>Without the grid's deduction the radius is larger; without provenance a line does not say that there was a grid.</summary>
    [Fact]
    public void Run_holds_the_noise_of_a_line_without_provenance_against_the_settings()
    {
        CohenCertifier certifier = new(10, 200);
        CertificationLogMeta meta = Meta(certifier);
        meta = meta with
        {
            Settings = new Dictionary<string, string>(meta.Settings)
            {
                [CertificationLogMeta.NoiseSetting] = GridGaussianNoise.Scheme,
                [CertificationLogMeta.DimensionSetting] = "784",
            },
        };
        using (CertificationLogWriter writer = CertificationLogWriter.Open(Log, meta, resume: false))
        {
            IRadiusRule[] rules = [new GridGaussianRule(.25, 784), new GaussianRule(.25), new GridGaussianRule(.25, 1)];
            for (int index = 0; index < rules.Length; index++)
                writer.Append(index, 1, Voted(certifier, 2, rules[index]), TimeSpan.Zero);
        }

        LogVerification.Run(Log).Findings.Select(static finding => finding.ToString()).Should().Equal(
            $"image 1: noise: 'gaussian sigma=0.25' is claimed, and the votes were drawn by {GridGaussianNoise.Scheme}",
            "image 2: noise: 1 values an image are claimed, and the settings say 784");
    }

    [Fact]
    public void Run_names_a_line_without_provenance_where_the_settings_have_a_seed()
    {
        CohenCertifier certifier = new(10, 200);
        CertificationLogMeta meta = Meta(certifier);
        meta = meta with { Settings = new Dictionary<string, string>(meta.Settings) { [CertificationLogMeta.SeedSetting] = "1" } };
        using (CertificationLogWriter writer = CertificationLogWriter.Open(Log, meta, resume: false))
            writer.Append(0, 1, Voted(certifier, 2), TimeSpan.Zero);

        LogVerification.Run(Log).Findings.Should().ContainSingle().Which.Finding.Member.Should().Be("provenance");
    }

    [Fact]
    public void Run_names_lines_that_share_their_noise()
    {
        Write(index => index == 2 ? 0 : index);

        LogVerification.Run(Log).Findings.Select(finding => finding.ToString()).Should().Equal(
            "image 2: imageIndex: 0 is claimed, and the line says 2",
            "image 2: provenance: seed and image index are those of image 0, so the noise is the same and the two are not independent");
    }

    /// <summary>A careful forgery: the image is gone from both files, and the end counts only the rest.</summary>
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
                "image 1: index: the settings include it, and it is left out");
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

    private static void Edit(string path, int line, Func<string, string> edit)
    {
        string[] lines = File.ReadAllLines(path);
        lines[line] = edit(lines[line]);
        File.WriteAllLines(path, lines);
    }

    private static string Changed(string line, string header, string column, string value)
    {
        string[] cells = line.Split('\t');
        int place = Array.IndexOf(header.Split('\t'), column);
        cells[place].Should().NotBe(value);
        cells[place] = value;
        return string.Join('\t', cells);
    }

    // 130 votes for label 1, 20 for label 0, and 50 for no class, so that the others' own bound matters.
    private static Certificate Voted(ICertifier certifier, int classes, IRadiusRule? rule = null)
    {
        IVoteTest<Certificate> test = certifier.Certify(classes, rule ?? new GaussianRule(.25));
        long[] first = new long[classes], then = new long[classes];
        (first[1], then[1], then[0]) = (10, 130, 20);
        test.Observe(new VoteCounts(first));
        test.Observe(new VoteCounts(then) { Missed = 50 });
        test.Result.Abstained.Should().BeFalse();
        return test.Result;
    }

    private static CertificationLogMeta Meta(ICertifier certifier, CertificationLogKind kind = CertificationLogKind.Certify) => new()
    {
        Kind = kind,
        Settings = new Dictionary<string, string>
        {
            ["sigma"] = "0.25",
            [CertificationLogMeta.MethodSetting] = certifier.Method.ToString(),
            [CertificationLogMeta.AlphaSetting] = "0.001",
        },
    };

    private void WritePredictions()
    {
        CohenCertifier certifier = new(10, 200, predictN: 100);
        CertificationLogMeta meta = Meta(certifier, CertificationLogKind.Predict);
        using CertificationLogWriter writer = CertificationLogWriter.Open(Log, meta, resume: false);
        for (int index = 0; index < 3; index++)
        {
            IVoteTest<Prediction> test = certifier.Predict(2);
            test.Observe(new VoteCounts(10, 90));
            writer.Append(index, 1, test.Result, TimeSpan.FromSeconds(1));
        }
    }

    private void Write(Func<long, long>? imageIndex = null, string? images = null, long rows = 3, bool end = true)
    {
        CohenCertifier certifier = new(10, 200);
        CertificationLogMeta meta = Meta(certifier) with { Rows = rows };
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

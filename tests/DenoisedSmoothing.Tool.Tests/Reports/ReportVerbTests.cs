using System.Xml.Linq;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Tool.Tests.Pages;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tool.Tests.Reports;

public sealed class ReportVerbTests : LogVerbs
{
    private string Page => Path.Combine(Folder.FullName, "report.html");

    private async Task<XElement> Report(params string[] args)
    {
        (await Run(["report", .. args, "--out", Page])).Should().Be(0, Error.ToString());
        return Html.Read(Page);
    }

    [Fact]
    public async Task Report_has_the_figures_of_analyze()
    {
        string log = Write("a.tsv", Header + string.Concat(Enumerable.Range(0, 300)
            .Select(i => $"{i}\t{i % 3}\t{(i % 7 == 0 ? 4 : i % 11 == 0 ? -1 : i % 3)}\t"
                + $"{(i % 11 == 0 ? "0.0" : i % 3 == 0 ? "0.557" : "1.18")}\t1\t1\n")));
        (await Run("analyze", log, "--radii", "0,0.5,1", "--format", "markdown", "--rho", "0.01")).Should().Be(0);
        string[][] analyzed = [.. Output.ToString().Split('\n').Where(static line => line.StartsWith('|'))
            .Select(static line => line.Split('|', StringSplitOptions.TrimEntries))];

        XElement page = await Report(log, "--radii", "0,0.5,1", "--rho", "0.01");

        string[][] rows = [.. page.Section("accuracy")!.Rows().Skip(1)];
        rows.Should().HaveCount(3);
        for (int radius = 0; radius < 3; radius++)
        {
            rows[radius][2].Should().Be(analyzed[2][^(4 - radius)] + "%");
            rows[radius][3].Should().Be(analyzed[3][^(4 - radius)] + "%");
            rows[radius][4].Should().Be(analyzed[4][^(4 - radius)] + "%");
        }

        string answer = page.Element("body")!.Element("header")!.Value;
        answer.Should().Contain($"confidence 99%: on at least {analyzed[3][^3]}% of these 300 images").And.Contain(
            $"(ACR), is {analyzed[2][5]}");
    }

    [Fact]
    public async Task Report_by_class_adds_up_and_names_the_weakest()
    {
        XElement page = await Report(Write("a.tsv", Header + Rows), "--class-names",
            Write("names.txt", "bag\n<script>alert(1)</script>\ncoat\nshirt\n"),
            "--radii", "0,0.25");

        string[][] rows = [.. page.Section("classes")!.Rows().Skip(1)];
        rows[0].Should().Equal("1 <script>alert(1)</script>", "1", "1 (100.00%)", "0 (0.00%)", "0 (0.00%)", "0 (0.00%)");
        rows[1].Should().Equal("3 shirt", "5", "3 (60.00%)", "3 (60.00%)", "1 (20.00%)", "1 (20.00%)");
        page.Section("classes")!.Value.Should().Contain("Certified least at 0.25: <script>alert(1)</script> (0 of 1), shirt (3 of 5)");
    }

    [Fact]
    public async Task Report_escapes_notes_settings_and_file_names()
    {
        string log = Path.Combine(Folder.FullName, "<b>&.tsv");
        WriteNoted(log, "</dd><script>alert(2)</script>");

        XElement page = await Report(log);

        page.Section("settings")!.Descendants("dd").Select(static its => its.Value)
            .Should().Contain("</dd><script>alert(2)</script>").And.Contain(log);
        page.Descendants("b").Should().BeEmpty();
    }

    [Fact]
    public async Task Report_of_a_log_with_votes_shows_bounds_hashes_and_commands()
    {
        string log = WriteLog(.001, end: true);

        XElement page = await Report(log, "--radius", "0.1");

        page.Section("probability")!.Descendants("svg").Should().NotBeEmpty();
        page.Section("recheck")!.Value.Should().Contain($"dds verify {log}\n").And.Contain($"dds audit {log}\n")
            .And.Contain($"dds verify {log} --redraw 0.1 #").And.Contain("3 lines verified, all is what the votes give");
        page.Section("missed")!.Value.Should().Contain("7 (broken)").And.Contain("Rows without finite scores: none");
        page.Section("promise")!.Value.Should().Contain("alpha = 0.001").And.Contain("not rotations");
        page.Section("examples")!.Value.Should().Contain("--data fashion-mnist");
        page.Section("comparison").Should().BeNull();
    }

    [Fact]
    public async Task Report_of_an_unfinished_log_says_so_and_has_no_interval()
    {
        XElement page = await Report(WriteLog(.001, end: false));

        page.Element("body")!.Element("header")!.Value.Should().Contain("is unfinished: 4 of 9 images so far");
        page.Section("accuracy")!.Rows()[0].Should().Contain("of the images so far at least");
        page.Section("accuracy")!.Rows()[1][^1].Should().Be("-");
        page.Section("accuracy")!.Descendants("polygon").Should().BeEmpty();
    }

    [Fact]
    public async Task Report_of_images_that_share_noise_says_nothing_about_all_together()
    {
        string log = WriteLog(.001, end: true, imageIndex: 5);

        (await Run("report", log, "--out", Page)).Should().Be(0, Error.ToString());

        Html.Read(Page).Element("body")!.Element("header")!.Value.Should().Contain("share their noise").And.NotContain("With confidence");
    }

    [Fact]
    public async Task Report_of_predictions_says_that_they_carry_no_radius()
    {
        string log = Write("p.tsv", "idx\tlabel\tpredict\tcorrect\ttime\n0\t1\t1\t1\t1\n1\t2\t1\t1\t1\n2\t2\t-1\t1\t1\n");

        XElement page = await Report(log);

        string answer = page.Element("body")!.Element("header")!.Value;
        answer.Should().Contain("right on 1 of 3 (33.33%), wrong on 1 of 3 (33.34%)").And.Contain("say nothing about changed images");
        page.Descendants("h2").Select(static title => title.Value)
            .Should().Contain("Accuracy").And.NotContain("Certified accuracy by radius");
        (await Run("report", log, "--radius", "0.5")).Should().Be(1);
        Error.ToString().Should().Contain("logs of predictions").And.Contain("only radius 0");
    }

    [Fact]
    public async Task Report_refuses_what_analyze_refuses_and_writes_nothing()
    {
        string log = WriteLog(.001, end: true);
        File.WriteAllText(log + ".jsonl",
            File.ReadAllText(log + ".jsonl").Replace("\"radius\":0.", "\"radius\":1.", StringComparison.Ordinal));

        (await Run("report", log, "--out", Page)).Should().Be(1);
        Error.ToString().Should().Contain("claims more than its votes give").And.Contain("--unverified reports it anyway");
        File.Exists(Page).Should().BeFalse();
        XElement page = await Report(log, "--unverified");
        page.Element("body")!.Element("header")!.Value.Should().Contain("Do not rely on these figures");

        foreach ((string text, string says) in new[] { ("", "the file is empty"), (Header + "0\t1\t1\tx\t1\t1\n", "line 2"),
            (Header, "holds no image") })
        {
            (await Run("report", Write("bad.tsv", text), "--out", Path.Combine(Folder.FullName, "bad.html"))).Should().Be(1);
            Error.ToString().Should().Contain(says);
        }

        File.Exists(Path.Combine(Folder.FullName, "bad.html")).Should().BeFalse();
    }

    [Fact]
    public async Task Report_of_several_logs_compares_the_same_images_in_pairs()
    {
        string first = Write("first.tsv", Header + string
            .Concat(Enumerable.Range(0, 40).Select(i => $"{i}\t1\t1\t{(i < 29 ? "0.5" : "0.1")}\t1\t1\n")));
        string second = Write("second.tsv", Header
            + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i}\t1\t1\t{(i is >= 9 and < 31 ? "0.5" : "0.1")}\t1\t1\n")));
        string other = Write("other.tsv", Header + "0\t2\t2\t0.5\t1\t1\n"), predictions =
            Write("p.tsv", "idx\tlabel\tpredict\tcorrect\ttime\n0\t1\t1\t1\t1\n");

        XElement comparison = (await Report(first, second, other, predictions, "--radii", "0,0.25", "--rho", "0.01")).Section(
            "comparison")!;

        // As in PairedDifferenceTests, whose numbers are scipy's; rounded outwards.
        comparison.Rows().Should().ContainSingle(static row => row[0] == "0.25").Which.Should()
            .Equal("0.25", "9", "2", "20", "+17.50", "-15.35 to +45.05", "0.0655");
        comparison.Rows().Should().Contain(static row => row[0] == "p" && row[4] == "-");
        comparison.Value.Should().Contain("not of the same images").And.Contain("one holds certificates and the other predictions");
    }

    [Fact]
    public async Task Report_with_a_data_set_shows_the_certified_images_and_no_others()
    {
        string log = Path.Combine(Folder.FullName, "bundled.tsv");
        using (CertificationLogWriter writer = CertificationLogWriter.Open(log, Meta("the bundled Fashion-MNIST pair"), resume: false))
        {
            for (int index = 0; index < 3; index++)
            {
                using TorchSharp.torch.Tensor image = FashionMnistPair.TestImages().Image(index);
                string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(
                    System.Runtime.InteropServices.MemoryMarshal.AsBytes(image.data<float>().ToArray().AsSpan())));
                int label = FashionMnistPair.TestImages().Label(index);
                Certificate certificate = CertificateOf(196, label, index, index == 2 ? "00" : hash);
                writer.Append(index, label, certificate, TimeSpan.FromSeconds(1));
            }

            writer.End();
        }

        XElement page = await Report(log, "--data", "bundled");

        XElement examples = page.Section("examples")!;
        examples.Descendants("img").Should().HaveCount(4, "two of three, among the most and the least robust");
        examples.Value.Should().Contain("Ankle boot, right, radius 0.").And.Contain("196 of 200 votes").And.Contain(
            "not the image that was certified");
        page.Section("classes")!.Value.Should().Contain("Ankle boot");
        page.Section("recheck")!.Descendants("pre").Single().Value.Should().EndWith($"dds verify {log} --redraw 0.1 --data bundled");
    }

    [SkippableFact]
    public async Task Report_of_published_logs_has_their_figures()
    {
        string logs = SharedData.PathOf("data/certification-logs/smoothing_adversarial");
        string first = Path.Combine(logs, "cifar10_cohen_sigma_0.25.tsv");
        (await Run("analyze", first, "--format", "tsv", "--radii", "0.25,0.5")).Should().Be(0);
        string[] analyzed = Output.ToString().Split('\n')[1].Split('\t');

        XElement page = await Report(first, Path.Combine(logs, "cifar10_smoothadv_PGD10_m8_eps255_sigma_0.25.tsv"), "--radii", "0.25,0.5");

        page.Section("accuracy")!.Rows()[1][2]
            .Should().Be($"{100 * decimal.Parse(analyzed[4], System.Globalization.CultureInfo.InvariantCulture):0.00}%");
        page.Section("accuracy")!.Descendants("polyline").First().Attribute("points")!.Value.Split(' ').Length.Should().BeLessThan(700);
        page.Section("comparison")!.Value.Should().Contain("10000 images are in both logs");
    }

    private void WriteNoted(string log, string note)
    {
        using CertificationLogWriter writer = CertificationLogWriter.Open(log, Meta(note), resume: false);
        writer.Append(0, 1, CertificateOf(196, .001, 0), TimeSpan.FromSeconds(1));
        writer.End();
    }

    private static CertificationLogMeta Meta(string note) => new()
    {
        Kind = CertificationLogKind.Certify,
        Settings = new Dictionary<string, string>
        {
            [CertificationLogMeta.SigmaSetting] = "0.25",
            [CertificationLogMeta.MethodSetting] = new CohenCertifier(10, 200, .001).Method.ToString(),
            [CertificationLogMeta.AlphaSetting] = "0.001",
        },
        Notes = new Dictionary<string, string> { ["models"] = note },
    };

    private static Certificate CertificateOf(long votes, int label, long index, string hash)
    {
        IVoteTest<Certificate> test = new CohenCertifier(10, 200, .001).Certify(10, .25);
        test.Observe(Counts(label, 10, 10));
        test.Observe(Counts(label, votes, 200));
        return test.Result with
        {
            Provenance = LogVerbs.CertificateOf(195, .001, index).Provenance! with { ImageHash = hash, ImageShape = [1, 28, 28] },
        };
    }

    private static VoteCounts Counts(int label, long votes, long total)
    {
        long[] counts = new long[10];
        counts[label] = votes;
        counts[(label + 1) % 10] = total - votes;
        return new VoteCounts(counts);
    }
}

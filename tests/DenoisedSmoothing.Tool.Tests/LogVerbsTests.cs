using System.CommandLine;
using System.Text.Json;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Tool;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tool.Tests;

public sealed class LogVerbsTests : IDisposable
{
    // scipy 1.10 at n = 1000, sigma = .5, alpha = .001, printed by Python's '{:.3}': k = 1000, 999, 950, 900, 560.
    private const string Rows =
        "0\t3\t3\t1.23\t1\t0:00:01\n1\t3\t3\t1.18\t1\t0:00:03\n2\t3\t4\t0.72\t0\t0:00:02\n"
        + "3\t3\t3\t0.557\t1\t0:00:02\n4\t3\t-1\t0.0\t0\t0:00:02\n5\t1\t1\t0.0134\t1\t0:00:02\n";

    private const string Header = "idx\tlabel\tpredict\tradius\tcorrect\ttime\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dds-verbs-");
    private readonly StringWriter _output = new(), _error = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Analyze_tsv_has_exactly_the_documented_lines()
    {
        string log = Write("a.tsv", Header + Rows);

        (await Run("analyze", log, "--radii", "0, 0.25,.557,1e1", "--format", "tsv")).Should().Be(0);

        _output.ToString().Should().Be(
            "log\timages\tabstained\tacr\t0\t0.25\t.557\t1e1\n"
                + $"{log}\t6\t0.166667\t0.496733\t0.666666\t0.500000\t0.500000\t0.000000\n");
        _error.ToString().Should().BeEmpty();
    }

    [Fact]
    public async Task Analyze_adds_the_envelope_as_a_last_line()
    {
        string first = Write("a.tsv", Header + Rows), second = Write("b.tsv", Header + "0\t1\t1\t9.0\t1\t1\n1\t1\t2\t9.0\t1\t1\n");

        await Run("analyze", first, second, "--radii", "0,2", "--format", "tsv", "--envelope");

        _output.ToString().Split('\n')[3].Should().Be("envelope\t2\tnan\tnan\t0.666666\t0.500000");
        _error.ToString().Should().Contain("different numbers of images");
    }

    [Theory]
    [InlineData("table", "66.66")]
    [InlineData("markdown", "| ---: |")]
    [InlineData("latex", "abstained \\% & clean \\%")]
    [InlineData("table", "clean accuracy of that log        66.66    66.66")]
    [InlineData("markdown", "50.00 (66.66)")]
    [InlineData("markdown", "| cohen_highprob |")]
    [InlineData("markdown", "| of the population at least, confidence 0.999 |")]
    public async Task Analyze_prints_every_format(string format, string part)
    {
        (await Run("analyze", Write("a.tsv", Header + Rows), "--radii", "0,0.25", "--format", format, "--envelope")).Should().Be(0);

        _output.ToString().Should().Contain(part);
    }

    [Fact]
    public async Task Analyze_cuts_bounds_and_never_rounds_them_up()
    {
        string log =
            Write("a.tsv", Header + string.Concat(Enumerable.Range(0, 300)
            .Select(i => $"{i}\t3\t{(i % 7 == 0 ? 4 : 3)}\t{(i % 3 == 0 ? "0.557" : "1.18")}\t1\t1\n")));
        List<double> rests = [];
        foreach (string rho in new[] { "0.001", "0.003", "0.02", "0.1" })
        {
            await Run("analyze", log, "--radii", "0,1", "--rho", rho, "--format", "json");
            await Run("analyze", log, "--radii", "0,1", "--rho", rho, "--format", "markdown");

            string[] parts = _output.ToString().Split("\n| log |");
            using JsonDocument document = JsonDocument.Parse(parts[0]);
            string[][] lines = [.. parts[1].Split('\n').Select(line => line.Split('|', StringSplitOptions.TrimEntries))];
            JsonElement certified = document.RootElement.GetProperty("logs")[0].GetProperty("certified");
            foreach ((string name, string line) in new[] { ("of_these_images", "of these images"),
                ("of_the_population", "of the population"), ("cohen_highprob", "cohen_highprob") })
            {
                string[] cells = lines.Single(cell => cell.Length > 1 && cell[1].StartsWith(line, StringComparison.Ordinal));
                for (int radius = 0; radius < 2; radius++)
                {
                    double printed = double.Parse(cells[^(3 - radius)], System.Globalization.CultureInfo.InvariantCulture);
                    rests.Add(100 * certified[radius].GetProperty(name).GetDouble() - printed);
                }
            }

            _output.GetStringBuilder().Clear();
        }

        rests.Should().HaveCount(24).And.OnlyContain(rest => rest >= -1e-12 && rest < .01);
        rests.Should().Contain(rest => rest > .006, "some of them would be rounded up");
    }

    [Fact]
    public async Task Analyze_prints_json_that_is_json()
    {
        (await Run("analyze", Write("a.tsv", Header + Rows), "--radii", "0,0.25", "--format", "json", "--envelope")).Should().Be(0);

        using JsonDocument document = JsonDocument.Parse(_output.ToString());
        JsonElement log = document.RootElement.GetProperty("logs")[0];
        log.GetProperty("total_seconds").GetDouble().Should().Be(12);
        log.GetProperty("certified")[1].GetProperty("images").GetInt32().Should().Be(3);
        document.RootElement.GetProperty("envelope")[0].GetProperty("clean").GetDouble().Should().BeApproximately(4 / 6.0, 1e-15);
    }

    [Theory]
    [InlineData("figure.png")]
    [InlineData("figure.svg")]
    public async Task Analyze_draws_the_curves_with_their_text(string name)
    {
        string figure = Path.Combine(_folder.FullName, name);

        (await Run("analyze", Write("a.tsv", Header + Rows), "--plot", figure, "--envelope")).Should().Be(0);

        if (name.EndsWith("svg", StringComparison.Ordinal))
        {
            File.ReadAllText(figure).Should().Contain("certified accuracy").And.Contain("font-family=\"Roboto, Arial, sans-serif\"")
                .And.Contain("envelope (l2)").And.MatchRegex(@">\s*a \(l2\)\s*<").And.MatchRegex(@">\s*l2 radius\s*<");
            return;
        }

        using SkiaSharp.SKBitmap bitmap = SkiaSharp.SKBitmap.Decode(figure);
        (bitmap.Width, bitmap.Height).Should().Be((900, 600));
        // The label of the lower axis: without a font its place stays white.
        Enumerable.Range(400, 140).SelectMany(x => Enumerable.Range(576, 20).Select(y => bitmap.GetPixel(x, y)))
            .Count(pixel => pixel.Red < 128).Should().BeGreaterThan(50);
    }

    [Theory]
    [InlineData("none.tsv", null, "There is no file")]
    [InlineData("header.tsv", Header, "holds no image")]
    [InlineData("empty.tsv", "", "the file is empty")]
    [InlineData("noise.tsv", "\u0001\u0002\u0003", "not the header of a log")]
    [InlineData("bad.tsv", Header + "0\t1\t1\tnan\t1\t1\n", "line 2: radius 'nan'")]
    public async Task Analyze_says_what_is_wrong_and_prints_nothing(string name, string? text, string message)
    {
        string log = text is null ? Path.Combine(_folder.FullName, name) : Write(name, text);

        (await Run("analyze", log, "--format", "tsv")).Should().Be(1);

        _output.ToString().Should().BeEmpty();
        _error.ToString().Should().Contain(message);
    }

    [Theory]
    [InlineData("--radii", "0,x")]
    [InlineData("--radii", "-0.5")]
    [InlineData("--radii", "")]
    [InlineData("--format", "csv")]
    [InlineData("--rho", "2")]
    [InlineData("--plot", "figure.bmp")]
    public async Task Analyze_refuses_bad_options(string option, string value) =>
        (await Run("analyze", Write("a.tsv", Header + Rows), option, value)).Should().Be(1);

    [Theory]
    [InlineData("table", "2 images, 50.00% abstained, clean accuracy 50.00%, 0:00:02 (1.00 s per image).")]
    [InlineData("markdown", "| - |")]
    [InlineData("tsv", "\tnan\t")]
    [InlineData("json", "\"acr\": null")]
    public async Task Analyze_of_predictions_has_no_average_radius(string format, string part)
    {
        string log = Write("p.tsv", "idx\tlabel\tpredict\tcorrect\ttime\n0\t1\t1\t1\t1\n1\t1\t-1\t0\t1\n");

        (await Run("analyze", log, "--format", format)).Should().Be(0);

        _output.ToString().Should().Contain(part).And.NotContain("0.000000");
    }

    [Fact]
    public async Task Analyze_rounds_against_what_is_claimed()
    {
        string log = Write("a.tsv", Header + "0\t1\t1\t0.5\t1\t1\n1\t1\t1\t0.5\t1\t1\n2\t1\t-1\t0.0\t0\t1\n");

        await Run("analyze", log, "--radii", "0", "--format", "markdown");

        // Two of three are right, one abstains.
        _output.ToString().Should().Contain("| 3 | 33.34 | 66.66 |");
    }

    [Fact]
    public async Task Analyze_uses_the_alpha_of_the_log_and_refuses_one_below()
    {
        string log = WriteLog(alpha: .05, end: true);
        File.Delete(log + ".meta.json");

        (await Run("analyze", log + ".jsonl", "--format", "json", "--radii", "0")).Should().Be(0);
        using JsonDocument document = JsonDocument.Parse(_output.ToString());
        document.RootElement.GetProperty("logs")[0].GetProperty("alpha").GetDouble().Should().Be(.05);

        (await Run("analyze", log + ".jsonl", "--alpha", "0.001")).Should().Be(1);
        _error.ToString().Should().Contain("--alpha 0.001 is below the alpha of").And.Contain("0.05");
        (await Run("analyze", log + ".jsonl", "--alpha", "0.1")).Should().Be(0);
    }

    [Fact]
    public async Task Analyze_says_that_a_log_is_unfinished_and_what_it_skipped()
    {
        string log = WriteLog(alpha: .001, end: false);

        (await Run("analyze", log, "--radii", "0")).Should().Be(0);

        _output.ToString().Should().Contain("is unfinished: 4 of 9 images so far").And.Contain("1 images were skipped: 7.")
            .And.Contain("of the images so far at least").And.Contain("with confidence 0.999");
    }

    [Fact]
    public async Task Analyze_says_nothing_about_a_data_set_whose_images_share_their_noise()
    {
        string log = WriteLog(alpha: .001, end: true, imageIndex: 0);

        (await Run("analyze", log, "--radii", "0", "--format", "json")).Should().Be(0);

        using JsonDocument document = JsonDocument.Parse(_output.ToString());
        JsonElement its = document.RootElement.GetProperty("logs")[0];
        its.GetProperty("shared_noise").GetInt32().Should().Be(2);
        its.GetProperty("certified")[0].GetProperty("of_these_images").ValueKind.Should().Be(JsonValueKind.Null);
        document.RootElement.GetProperty("notes")[1].GetString().Should().Contain("share seed and image index");
    }

    [Fact]
    public async Task Analyze_and_verify_refuse_a_forged_radius()
    {
        string log = WriteLog(alpha: .001, end: true);
        (await Run("verify", log)).Should().Be(0);
        _output.ToString().Should().Contain("3 lines, as the votes give.");
        string json = File.ReadAllText(log + ".jsonl");
        File.WriteAllText(log + ".jsonl", System.Text.RegularExpressions.Regex.Replace(json, "\"radius\":0\\.[0-9]+", "\"radius\":9.75"));

        (await Run("analyze", log + ".jsonl")).Should().Be(1);
        _error.ToString().Should().Contain("image 0: radius: 9.75 is claimed");
        (await Run("analyze", log + ".jsonl", "--unverified")).Should().Be(0);
        (await Run("verify", log + ".jsonl")).Should().Be(1);
        _output.ToString().Should().Contain("3 overstated");
    }

    [Fact]
    public async Task Verify_takes_a_certificate_as_json()
    {
        Certificate certificate = CertificateOf(195, .001, 0);
        string good = Write("good.json", JsonSerializer.Serialize(certificate)), forged =
            Write("forged.json", JsonSerializer.Serialize(certificate with
        {
            Radius = 9.75,
        }));
        string other = Write("other.json", JsonSerializer.Serialize(certificate with
        {
            Method = new CertificationMethod("staged"),
        })), none = Write("none.json", "{}");

        (await Run("verify", good)).Should().Be(0);
        (await Run("verify", other, good)).Should().Be(2);
        (await Run("verify", other, forged)).Should().Be(1);
        (await Run("verify", none)).Should().Be(1);
        _error.ToString().Should().Contain("none.json: neither a certificate nor a prediction");
    }

    [Theory]
    [InlineData("0.5", "1000", "0.001", 0, "Passed")]
    [InlineData("0.5", "1000", "0.01", 1, "alpha = 0.001: 0 rows impossible")]
    [InlineData("0.5", "100", "0.001", 1, "n = 1000: 0 rows impossible")]
    [InlineData("0.5", "1000000000", "0.001", 2, "0 of 6 rows could contradict")]
    public async Task Audit_answers_with_its_exit_code(string sigma, string n, string alpha, int exit, string part)
    {
        // At a billion votes radii of three digits are all possible, but for the smallest: these lie above it.
        (await Run("audit", Write("a.tsv", Header + Rows), "--sigma", sigma, "--n", n, "--alpha", alpha)).Should().Be(exit);

        _output.ToString().Should().Contain(part);
    }

    [Fact]
    public async Task Analyze_shows_a_dash_where_the_settings_cannot_reach()
    {
        string log = WriteLog(alpha: .001, end: true);

        (await Run("analyze", log, "--radii", "0,0.25,0.5,0.53,0.54")).Should().Be(0);

        // Python: .25 * NormalDist().inv_cdf(.001 ** (1 / 200)) = .45642.
        _output.ToString().Should().Contain("Largest possible radius 0.4564")
            .And.MatchRegex(@"certified accuracy +100\.00 +\d+\.\d\d +- +- +-");
    }

    [Fact]
    public async Task Analyze_fits_100_columns_whatever_is_asked()
    {
        string log = WriteLog(alpha: .001, end: false), radii = string.Join(',', Enumerable.Range(0, 25).Select(i => $"{i * .05:0.00}"));

        (await Run("analyze", log, log, "--radii", radii, "--envelope")).Should().Be(0);

        string[] lines = _output.ToString().Replace(_folder.FullName, "", StringComparison.Ordinal).Split('\n');
        lines.Should().OnlyContain(line => line.Length <= 100).And.HaveCountGreaterThan(40);
        lines.Count(line => line.Contains("certified accuracy ", StringComparison.Ordinal)).Should()
            .Be(12, "25 radii take 4 rows, for 3 blocks");
    }

    [Fact]
    public async Task Audit_takes_what_is_not_typed_from_beside_the_log()
    {
        string log = WriteLog(alpha: .001, end: true);

        (await Run("audit", log)).Should().Be(0);
        _output.ToString().Should().Contain("Claim: sigma = 0.25, n = 200, alpha = 0.001");
        (await Run("audit", log, "--alpha", "0.01")).Should().Be(1);
        _output.ToString().Should().Contain("alpha = 0.01");
        (await Run("audit", Write("bare.tsv", Header + Rows), "--n", "1000", "--alpha", "0.001")).Should().Be(1);
        _error.ToString().Should().Contain("--sigma is missing");
    }

    [Fact]
    public async Task Audit_of_predictions_cannot_tell()
    {
        string log = Write("p.tsv", "idx\tlabel\tpredict\tcorrect\ttime\n0\t1\t1\t1\t1\n");

        (await Run("audit", log, "--sigma", "0.5", "--n", "1000", "--alpha", "0.001")).Should().Be(2);
    }

    [Theory]
    [InlineData("--sigma", "0")]
    [InlineData("--n", "0")]
    [InlineData("--alpha", "1")]
    public async Task Audit_refuses_bad_settings(string option, string value)
    {
        Dictionary<string, string> options = new() { ["--sigma"] = "0.5", ["--n"] = "1000", ["--alpha"] = "0.001", [option] = value };

        (await Run(["audit", Write("a.tsv", Header + Rows), .. options.SelectMany(pair => new[] { pair.Key, pair.Value })])).Should().Be(1);

        _error.ToString().Should().Contain(option);
    }

    [Theory]
    [InlineData("run.tsv.meta.json", "the settings beside a certification log")]
    [InlineData("log.tsv.gz", "a gzip file")]
    [InlineData("any-size.onnx", "an ONNX model")]
    [InlineData("photos", "is a folder")]
    [InlineData("none", "There is no file")]
    public async Task Every_verb_of_logs_names_another_kind_of_file(string name, string kind)
    {
        string file = Testing.Golden.PathOf($"cases/command-line/{name}");
        foreach (string[] verb in new string[][]
        {
            ["analyze"], ["audit", "--sigma", "0.5", "--n", "10", "--alpha", "0.1"], ["verify"],
                ["merge", "--out", Path.Combine(_folder.FullName, "m")],
        })
        {
            _error.GetStringBuilder().Clear();

            (await Run([.. verb[..1], file, .. verb[1..]])).Should().Be(1);

            _error.ToString().Should().Contain(kind, verb[0]).And.NotContainAny("CertificationLog", "OnnxClassifier");
        }
    }

    [Theory]
    [InlineData(80)]
    [InlineData(100)]
    public void A_report_fits_the_screen(int width)
    {
        string log = WriteLog(alpha: .001, end: false);
        using StringWriter text = new();

        new ReportBlocks(new LogReport([new(CertificationLog.Read(log))], ReportRadius.ParseList("0,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9"),
            null, .001, envelope: true), text, width).Write();

        string[] lines = text.ToString().ReplaceLineEndings("\n").Split('\n');
        lines.Where(line => !line.Contains(log, StringComparison.Ordinal)).Should().OnlyContain(line => line.Length <= width);
        lines.Max(line => line.Length).Should().BeGreaterThan(width - 15);
    }

    [Fact]
    public async Task Merge_without_settings_beside_the_shards_says_so()
    {
        (await Run("merge", Write("a.tsv", Header + Rows), "--out", Path.Combine(_folder.FullName, "m.tsv"))).Should().Be(1);

        _error.ToString().Should().Contain("a.tsv.meta.json");
    }

    private Task<int> Run(params string[] args) =>
        CommandLine.RunAsync(args, new InvocationConfiguration { Output = _output, Error = _error });

    /// <summary>Three images and one skipped, of nine.</summary>
    private string WriteLog(double alpha, bool end, long? imageIndex = null)
    {
        string log = Path.Combine(_folder.FullName, "run.tsv");
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

    private static Certificate CertificateOf(long votes, double alpha, long imageIndex)
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

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}

using System.Text.Json;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Tool;

namespace DenoisedSmoothing.Tool.Tests;

public sealed class AnalyzeVerbTests : LogVerbs
{
    [Fact]
    public async Task Analyze_tsv_has_exactly_the_documented_lines()
    {
        string log = Write("a.tsv", Header + Rows);

        (await Run("analyze", log, "--radii", "0, 0.25,.557,1e1", "--format", "tsv")).Should().Be(0);

        Output.ToString().Should().Be(
            "log\timages\tabstained\tacr\t0\t0.25\t.557\t1e1\n"
                + $"{log}\t6\t0.166667\t0.496733\t0.666666\t0.500000\t0.500000\t0.000000\n");
        Error.ToString().Should().BeEmpty();
    }

    [Fact]
    public async Task Analyze_adds_the_envelope_as_a_last_line()
    {
        string first = Write("a.tsv", Header + Rows), second = Write("b.tsv", Header + "0\t1\t1\t9.0\t1\t1\n1\t1\t2\t9.0\t1\t1\n");

        await Run("analyze", first, second, "--radii", "0,2", "--format", "tsv", "--envelope");

        Output.ToString().Split('\n')[3].Should().Be("envelope\t2\tnan\tnan\t0.666666\t0.500000");
        Error.ToString().Should().Contain("different numbers of images");
    }

    [Theory]
    [InlineData("table", "  difference                       -50.00   -50.00")]
    [InlineData("table", "2 images in both, ACR ")]
    [InlineData("table", "p-value")]
    [InlineData("markdown", "-50.00 (-")]
    [InlineData("json", "\"difference\": -0.5")]
    public async Task Analyze_compares_logs_with_the_first_image_by_image(string format, string part)
    {
        string first = Write("a.tsv", Header + "0\t1\t1\t9.0\t1\t1\n1\t1\t1\t9.0\t1\t1\n"),
            second = Write("b.tsv", Header + "0\t1\t1\t9.0\t1\t1\n1\t1\t2\t9.0\t1\t1\n");

        (await Run("analyze", first, second, "--radii", "0,2", "--paired", "--format", format)).Should().Be(0);

        Output.ToString().Should().Contain(part).And.NotContain("NaN");
    }

    [Fact]
    public async Task Analyze_says_what_cannot_be_paired()
    {
        string log = Write("a.tsv", Header + Rows), other = Write("b.tsv", Header + "0\t7\t7\t9.0\t1\t1\n");

        (await Run("analyze", log, "--paired")).Should().Be(1);
        (await Run("analyze", log, log, "--paired", "--format", "tsv")).Should().Be(1);
        (await Run("analyze", log, other, "--paired")).Should().Be(1);

        Error.ToString().Should().Contain("name another").And.Contain("no place in tsv").And.Contain("not of the same images");
        Output.ToString().Should().BeEmpty();
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

        Output.ToString().Should().Contain(part);
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

            string[] parts = Output.ToString().Split("\n| log |");
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

            Output.GetStringBuilder().Clear();
        }

        rests.Should().HaveCount(24).And.OnlyContain(rest => rest >= -1e-12 && rest < .01);
        rests.Should().Contain(rest => rest > .006, "some of them would be rounded up");
    }

    [Fact]
    public async Task Analyze_prints_json_that_is_json()
    {
        (await Run("analyze", Write("a.tsv", Header + Rows), "--radii", "0,0.25", "--format", "json", "--envelope")).Should().Be(0);

        using JsonDocument document = JsonDocument.Parse(Output.ToString());
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
        string figure = Path.Combine(Folder.FullName, name);

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
        string log = text is null ? Path.Combine(Folder.FullName, name) : Write(name, text);

        (await Run("analyze", log, "--format", "tsv")).Should().Be(1);

        Output.ToString().Should().BeEmpty();
        Error.ToString().Should().Contain(message);
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

        Output.ToString().Should().Contain(part).And.NotContain("0.000000");
    }

    [Fact]
    public async Task Analyze_rounds_against_what_is_claimed()
    {
        string log = Write("a.tsv", Header + "0\t1\t1\t0.5\t1\t1\n1\t1\t1\t0.5\t1\t1\n2\t1\t-1\t0.0\t0\t1\n");

        await Run("analyze", log, "--radii", "0", "--format", "markdown");

        // Two of three are right, one abstains.
        Output.ToString().Should().Contain("| 3 | 33.34 | 66.66 |");
    }

    [Fact]
    public async Task Analyze_uses_the_alpha_of_the_log_and_refuses_one_below()
    {
        string log = WriteLog(alpha: .05, end: true);
        File.Delete(log + ".meta.json");

        (await Run("analyze", log + ".jsonl", "--format", "json", "--radii", "0")).Should().Be(0);
        using JsonDocument document = JsonDocument.Parse(Output.ToString());
        document.RootElement.GetProperty("logs")[0].GetProperty("alpha").GetDouble().Should().Be(.05);

        (await Run("analyze", log + ".jsonl", "--alpha", "0.001")).Should().Be(1);
        Error.ToString().Should().Contain("--alpha 0.001 is below the alpha of").And.Contain("0.05");
        (await Run("analyze", log + ".jsonl", "--alpha", "0.1")).Should().Be(0);
    }

    [Fact]
    public async Task Analyze_says_that_a_log_is_unfinished_and_what_it_skipped()
    {
        string log = WriteLog(alpha: .001, end: false);

        (await Run("analyze", log, "--radii", "0")).Should().Be(0);

        Output.ToString().Should().Contain("is unfinished: 4 of 9 images so far").And.Contain("1 images were skipped: 7.")
            .And.Contain("of the images so far at least").And.Contain("with confidence 0.999");
    }

    [Fact]
    public async Task Analyze_says_nothing_about_a_data_set_whose_images_share_their_noise()
    {
        string log = WriteLog(alpha: .001, end: true, imageIndex: 0);

        (await Run("analyze", log, "--radii", "0", "--format", "json")).Should().Be(0);

        using JsonDocument document = JsonDocument.Parse(Output.ToString());
        JsonElement its = document.RootElement.GetProperty("logs")[0];
        its.GetProperty("shared_noise").GetInt32().Should().Be(2);
        its.GetProperty("certified")[0].GetProperty("of_these_images").ValueKind.Should().Be(JsonValueKind.Null);
        document.RootElement.GetProperty("notes")[1].GetString().Should().Contain("share seed and image index");
    }

    [Fact]
    public async Task Analyze_shows_a_dash_where_the_settings_cannot_reach()
    {
        string log = WriteLog(alpha: .001, end: true);

        (await Run("analyze", log, "--radii", "0,0.25,0.5,0.53,0.54")).Should().Be(0);

        // Python: .25 * NormalDist().inv_cdf(.001 ** (1 / 200)) = .45642.
        Output.ToString().Should().Contain("Largest possible radius 0.4564")
            .And.MatchRegex(@"certified accuracy +100\.00 +\d+\.\d\d +- +- +-");
    }

    [Fact]
    public async Task Analyze_fits_100_columns_whatever_is_asked()
    {
        string log = WriteLog(alpha: .001, end: false), radii = string.Join(',', Enumerable.Range(0, 25).Select(i => $"{i * .05:0.00}"));

        (await Run("analyze", log, log, "--radii", radii, "--envelope")).Should().Be(0);

        string[] lines = Output.ToString().Replace(Folder.FullName, "", StringComparison.Ordinal).Split('\n');
        lines.Should().OnlyContain(line => line.Length <= 100).And.HaveCountGreaterThan(40);
        lines.Count(line => line.Contains("certified accuracy ", StringComparison.Ordinal)).Should()
            .Be(12, "25 radii take 4 rows, for 3 blocks");
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
}

using DenoisedSmoothing.Analysis;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tests.Analysis;

public sealed class LogAnalysisTests
{
    [Fact]
    public void Figures_of_a_small_log_are_those_worked_out_by_hand()
    {
        LogAnalysis analysis = Analyze(
            "0\t3\t3\t0.25\t1\t0:00:01", "1\t3\t3\t1.5\t2\t3", "2\t3\t4\t2.0\t2\t0:00:01", "3\t3\t-1\t0.0\t2\t0:00:02",
                "4\t3\t3\t0.1\t3\t0:00:01");

        analysis.Images.Should().Be(5);
        analysis.AbstentionRate.Should().Be(.2);
        analysis.CleanAccuracy.Should().Be(.6);
        analysis.CertifiedAccuracy(.1).Should().Be(.6);
        analysis.CertifiedAccuracy(.25).Should().Be(.4);
        analysis.CertifiedAccuracy(.2500001).Should().Be(.2);
        analysis.CertifiedAccuracy(1.75).Should().Be(0);
        analysis.AverageCertifiedRadius.Should().BeApproximately(1.85 / 5, 1e-15);
        analysis.TotalTime.Should().Be(TimeSpan.FromSeconds(8));
    }

    [Fact]
    public void Best_takes_the_log_that_is_highest_at_the_radius()
    {
        LogAnalysis small = Analyze("0\t1\t1\t0.3\t1\t1", "1\t1\t1\t0.3\t1\t1"), large =
            Analyze("0\t1\t1\t0.9\t1\t1", "1\t1\t2\t0.9\t1\t1");

        LogAnalysis.Best([large, small], .25).Should().BeSameAs(small);
        LogAnalysis.Best([small, large], .5).Should().BeSameAs(large);
        LogAnalysis.Best([large, small], 1).Should().BeSameAs(small, "both certify nothing there, and its clean accuracy is higher");
    }

    [Fact]
    public void Constructor_refuses_a_log_without_images() =>
        FluentActions.Invoking(() => Analyze()).Should().Throw<InvalidDataException>().WithMessage("log.tsv holds no image*");

    [Fact]
    public void CertifiedCount_refuses_to_read_a_radius_out_of_predictions()
    {
        using MemoryStream text = new("idx\tlabel\tpredict\tcorrect\ttime\n0\t1\t1\t1\t1\n"u8.ToArray());
        LogAnalysis analysis = new(CertificationLog.Read(text, "p.tsv"));

        analysis.CleanAccuracy.Should().Be(1);
        analysis.AverageCertifiedRadius.Should().BeNull("there is no radius to average");
        analysis.Invoking(log => log.CertifiedCount(.25)).Should().Throw<InvalidDataException>()
            .WithMessage("p.tsv is a log of predictions*");
    }

    [Fact]
    public void Cohen_is_the_fields_formula() =>
        // Python: 0.6116 - a - math.sqrt(a*(1-a)*math.log(1/a)/10000) - math.log(1/a)/30000 at a = 0.001.
        HighProbabilityAccuracy.Cohen(6116, 10_000, .001, .001).Should().BeApproximately(0.6095390280910433, 1e-12);

    /// <summary>
    /// The rows RS and SmoothAdv of the paper's Table 2 (Carlini et al. 2023), from the logs that were published behind them.
    /// </summary>
    [SkippableTheory]
    [InlineData("cohen_sigma_", "", .25, "61.16", null)]
    [InlineData("cohen_sigma_", "", .5, "42.79", null)]
    [InlineData("cohen_sigma_", "", .75, "32.45", null)]
    [InlineData("cohen_sigma_", "", 1.0, "22.13", null)]
    [InlineData("smoothadv_P", "", .25, "67.42", "75.58")]
    [InlineData("smoothadv_P", "", .5, "57.64", "75.58")]
    [InlineData("smoothadv_P", "", .75, "47.78", "74.75")]
    [InlineData("smoothadv_P", "", 1.0, "38.27", "57.40")]
    [InlineData("smoothadv_pre+self", "smoothadv_self", .25, "74.93", "84.26")]
    [InlineData("smoothadv_pre+self", "smoothadv_self", .5, "63.44", "80.09")]
    [InlineData("smoothadv_pre+self", "smoothadv_self", .75, "51.88", "80.09")]
    [InlineData("smoothadv_pre+self", "smoothadv_self", 1.0, "39.57", "62.17")]
    public void Published_rows_come_out(string prefix, string otherPrefix, double radius, string certified, string? clean)
    {
        string folder = Testing.SharedData.PathOf("data/certification-logs/smoothing_adversarial");
        LogAnalysis[] logs = [.. Directory.GetFiles(folder, "cifar10_*.tsv")
            .Where(file => Starts(file, prefix) || (otherPrefix != "" && Starts(file, otherPrefix)))
            .Order(StringComparer.Ordinal)
            .Select(static file => new LogAnalysis(CertificationLog.Read(file)))];

        LogAnalysis best = LogAnalysis.Best(logs, radius);

        Percent(best.CertifiedCount(radius), best.Images).Should().Be(certified);
        if (clean is not null)
            Percent(best.CertifiedCount(0), best.Images).Should().Be(clean);

        static bool Starts(string file, string prefix) => Path.GetFileName(file).StartsWith("cifar10_" + prefix, StringComparison.Ordinal);
        static string Percent(int count, int images) =>
            (count * 100m / images).ToString("0.00", System.Globalization.CultureInfo.InvariantCulture);
    }

    private static LogAnalysis Analyze(params string[] rows)
    {
        string text = "idx\tlabel\tpredict\tradius\tcorrect\ttime\n" + string.Join('\n', rows);
        using MemoryStream stream = new(System.Text.Encoding.UTF8.GetBytes(text));
        return new LogAnalysis(CertificationLog.Read(stream, "log.tsv"));
    }
}

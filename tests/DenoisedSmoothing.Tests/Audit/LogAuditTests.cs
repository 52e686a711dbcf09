using System.Globalization;
using DenoisedSmoothing.Audit;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tests.Audit;

/// <summary>
/// Radii by scipy 1.10 and Python's formatting: <c>s * norm.ppf(beta.ppf(a, k, n - k + 1))</c>, and <c>a ** (1/n)</c> for k = n, at
/// n = 1000, sigma = .5 and k = 1000, 999, 998, 995, 990, 975, 950, 900, 850, 800, 700, 650, 600, 560.
/// </summary>
public sealed class LogAuditTests
{
    private const string ThreeDigits = "1.23 1.18 1.14 1.07 0.989 0.852 0.72 0.557 0.443 0.351 0.197 0.129 0.0642 0.0134";
    private const string FourDecimals = "1.2316 1.1788 1.1421 1.0677 0.9890 0.8520 0.7199 0.5572 0.4432 0.3507 0.1974 0.1293 0.0642 0.0134";
    private const string TwoDecimals = "1.23 1.18 1.14 1.07 0.99 0.85 0.72 0.56 0.44 0.35 0.2 0.13 0.06 0.01";
    private const string Full =
        "1.2316313073904057 1.1788252852975774 1.1421459222578507 1.0677419598167952 0.9890047910705997 0.8519598455213175 "
            + "0.7199310106376186 "
        + "0.5572415811398996 0.44315567741721307 0.3506632252874658 0.19735567230208878 0.12925456513761988 0.0641894981527648 "
            + "0.013431869813440106";

    private const string CutToThreeDecimals = "1.231 1.178 1.142 1.067 0.989 0.851 0.719 0.557 0.443 0.35 0.197 0.129 0.064 0.013";
    private const string AtThreeThousandths = "1.26 1.2 1.17 1.09 1.01 0.865 0.731 0.566 0.451 0.358 0.204 0.136 0.071 0.0202";

    private static readonly LogAuditSettings Truth = new(.5, 1000, .001);

    [Theory]
    [InlineData(ThreeDigits, "3 significant digits, rounded to nearest")]
    [InlineData(FourDecimals, "4 decimals, rounded to nearest")]
    [InlineData(TwoDecimals, "2 decimals, rounded to nearest")]
    [InlineData(Full, "printed in full")]
    public void Run_at_the_true_settings_finds_nothing_in_any_print(string radii, string precision)
    {
        LogAudit audit = LogAudit.Run(Log(radii), Truth);

        audit.Precision.Should().Be(precision);
        audit.Findings.Should().BeEmpty();
        audit.CouldContradict.Should().BePositive();
        audit.Explain().Should().BeEmpty();
    }

    [Theory]
    [InlineData(ThreeDigits, .5, 1000, .01)]
    [InlineData(ThreeDigits, .5, 1000, .0001)]
    [InlineData(ThreeDigits, .5, 100, .001)]
    [InlineData(ThreeDigits, .25, 1000, .001)]
    [InlineData(FourDecimals, .5, 1000, .0009)]
    [InlineData(Full, .5, 1000, .001001)]
    [InlineData(Full, .5, 1001, .001)]
    public void Run_at_other_settings_finds_impossible_radii_and_the_true_settings(string radii, double sigma, long n, double alpha)
    {
        LogAudit audit = LogAudit.Run(Log(radii), new LogAuditSettings(sigma, n, alpha));

        audit.Findings.Should().NotBeEmpty();
        audit.Explain()[0].Should().Match<LogAuditExplanation>(explanation => explanation.Settings == Truth && explanation.Impossible == 0);
    }

    [Fact]
    public void Explain_solves_for_an_alpha_that_nobody_uses()
    {
        LogAuditExplanation explanation = LogAudit.Run(Log(AtThreeThousandths), Truth).Explain()[0];

        explanation.Settings.Alpha.Should().BeApproximately(.003, .0001);
        explanation.Settings.N.Should().Be(1000);
    }

    [Fact]
    public void Explain_tells_digits_that_were_cut()
    {
        LogAudit audit = LogAudit.Run(Log(CutToThreeDecimals), Truth);

        audit.Findings.Should().NotBeEmpty();
        audit.Explain()[0].Should().Match<LogAuditExplanation>(explanation => explanation.DigitsCut && explanation.Settings == Truth);
    }

    [Theory]
    [InlineData("1.24", "above the largest possible radius, 1.23163")]
    [InlineData("1.2", "between the possible radii 1.17883 and 1.23163")]
    public void Run_names_the_one_radius_that_was_changed(string radius, string reason)
    {
        LogAudit audit = LogAudit.Run(Log(ThreeDigits + " " + radius), Truth);

        audit.Findings.Should().ContainSingle().Which.Should().Match<LogAuditFinding>(
            finding => finding.Row.RadiusText == radius && finding.Reason == reason);
    }

    [Fact]
    public void Explain_finds_nothing_for_a_radius_that_no_setting_gives()
    {
        LogAudit audit = LogAudit.Run(Log(Full + " 1.2100000000000001"), Truth);

        audit.Findings.Should().ContainSingle();
        audit.Explain().Should().BeEmpty();
    }

    [Fact]
    public void Run_on_radii_that_every_setting_can_print_cannot_contradict()
    {
        // scipy, n = 100,000, sigma = 1, alpha = .001, k = 60000, 70000, 76543, 80000, 88888, 90000, 95000.
        LogAudit audit = LogAudit.Run(Log("0.241 0.512 0.71 0.828 1.2 1.26 1.62"), new LogAuditSettings(1, 100_000, .01));

        audit.Findings.Should().BeEmpty();
        audit.CouldContradict.Should().Be(0);
    }

    [Fact]
    public void Run_on_abstentions_alone_cannot_contradict()
    {
        CertificationLog log = Read("0\t1\t-1\t0.0\t0\t1\n");

        LogAudit.Run(log, Truth).CouldContradict.Should().Be(0);
    }

    [Fact]
    public void Run_finds_an_abstention_with_a_radius()
    {
        LogAudit audit = LogAudit.Run(Read("0\t1\t-1\t0.557\t0\t1\n1\t1\t1\t0.557\t1\t1\n"), Truth);

        audit.Findings.Should().ContainSingle().Which.Reason.Should().Be("an abstention carries no radius");
    }

    [Fact]
    public void Run_notes_a_running_total_and_a_wrong_column_without_failing()
    {
        LogAudit.Run(Read("0\t1\t1\t0.557\t1\t1\n1\t1\t1\t1.23\t2\t1\n"), Truth).Notes.Should().ContainSingle().Which.Should()
            .Contain("running total");
        LogAudit wrong = LogAudit.Run(Read("0\t1\t2\t0.557\t1\t1\n1\t1\t1\t1.23\t0\t1\n"), Truth);
        wrong.Notes.Should().ContainSingle().Which.Should().Contain("2 rows").And.NotContain("running");
        wrong.Findings.Should().BeEmpty();
    }

    [Theory]
    [InlineData("0\t1\t2\t0.23938799211931355\t0\t1\t1000\t867\t0.8308556354295586\n", null)]
    [InlineData("0\t1\t2\t0.23938799211931355\t0\t1\t1000\t868\t\n", "868 of 1000 votes give*")]
    [InlineData("0\t1\t2\t0.23938799211931355\t0\t1\t1000\t867\t0.84\n", "867 of 1000 votes give a bound of 0.830856*")]
    [InlineData("0\t1\t2\t0.23938799211931355\t0\t1\t2000\t867\t\n", "it took 2000 votes, not 1000")]
    [InlineData("0\t1\t2\t0.23938799211931355\t0\t1\t1000\t1001\t\n", "1001 of 1000 votes")]
    [InlineData("0\t1\t-1\t0\t0\t1\t1000\t867\t\n", "867 of 1000 votes give*")]
    [InlineData("0\t1\t-1\t0\t0\t1\t1000\t510\t\n", null)]
    public void Run_holds_a_row_against_its_own_votes(string row, string? reason)
    {
        // scipy: .25 * norm.ppf(beta.ppf(.001, 867, 134)).
        LogAudit audit = LogAudit.Run(Read(row, "\tn\tcount\tpALower"), new LogAuditSettings(.25, 1000, .001));

        if (reason is null)
            audit.Findings.Should().BeEmpty();
        else
            audit.Findings.Should().ContainSingle().Which.Reason.Should().Match(reason);
        audit.CouldContradict.Should().Be(1);
    }

    [Fact]
    public void Run_takes_a_noise_level_as_it_was_drawn()
    {
        // The noise is drawn as a float, and certified as what was drawn: 0.12f is below 0.12.
        CohenCertifier certifier = new(n0: 10, n: 1000);
        IVoteTest<Certificate> test = certifier.Certify(classCount: 2, .12f);
        test.Observe(new VoteCounts(0, 10));
        test.Observe(new VoteCounts(20, 980));
        string radius = test.Result.Radius.ToString("R", CultureInfo.InvariantCulture);

        LogAudit.Run(Log(radius), new LogAuditSettings(.12, 1000, .001)).Findings.Should().BeEmpty();
        LogAudit.Run(Log(radius), new LogAuditSettings(.121, 1000, .001)).Findings.Should().NotBeEmpty();
    }

    [Fact]
    public void Run_says_that_it_does_not_apply_to_predictions()
    {
        using MemoryStream text = new("idx\tlabel\tpredict\tcorrect\ttime\n0\t1\t1\t1\t1\n"u8.ToArray());

        LogAudit audit = LogAudit.Run(CertificationLog.Read(text, "p.tsv"), Truth);

        audit.DoesNotApply.Should().Contain("predictions");
        audit.Findings.Should().BeEmpty();
    }

    [Fact]
    public void Run_says_that_it_does_not_apply_to_another_noise()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("u.tsv", "idx\tlabel\tpredict\tradius\tcorrect\ttime\n0\t1\t1\t0.5\t1\t1\n");
        Dictionary<string, string> settings = new()
        {
            [CertificationLogMeta.MethodSetting] = new CohenCertifier(n0: 10, n: 1000).Method.ToString(),
            [CertificationLogMeta.NoiseSetting] = UniformNoise.Scheme,
        };
        (LogSamples.Meta() with { Settings = settings }).Write(path);

        LogAudit audit = LogAudit.Run(CertificationLog.Read(path), Truth);

        audit.DoesNotApply.Should().Contain($"'{UniformNoise.Scheme}'");
        audit.Findings.Should().BeEmpty();
    }

    [Fact]
    public void Run_says_that_it_does_not_apply_to_another_method()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("s.tsv", "idx\tlabel\tpredict\tradius\tcorrect\ttime\n0\t1\t1\t0.5\t1\t1\n");
        CertificationLogMeta meta = LogSamples.Meta();
        (meta with
        {
            Settings = new Dictionary<string,
            string> { [CertificationLogMeta.MethodSetting] = "sequential alpha=0.001" },
        }).Write(path);

        LogAudit audit = LogAudit.Run(CertificationLog.Read(path), Truth);

        audit.DoesNotApply.Should().Contain("'sequential alpha=0.001'");
        audit.CouldContradict.Should().Be(0);
    }

    [Theory]
    [InlineData(0, 1000, .001)]
    [InlineData(.5, 0, .001)]
    [InlineData(.5, 1000, 1)]
    [InlineData(.5, 1000, double.NaN)]
    public void Run_refuses_settings_outside_their_range(double sigma, long n, double alpha) =>
        FluentActions.Invoking(() => LogAudit.Run(Log("0.5"), new LogAuditSettings(sigma, n, alpha))).Should()
            .Throw<ArgumentOutOfRangeException>();

    [SkippableTheory]
    [InlineData("cifar10_cohen_sigma_0.12.tsv")]
    [InlineData("cifar10_cohen_sigma_0.25.tsv")]
    [InlineData("cifar10_cohen_sigma_0.50.tsv")]
    [InlineData("cifar10_cohen_sigma_1.00.tsv")]
    [InlineData("cifar10_smoothadv_PGD10_m8_eps255_sigma_0.25.tsv")]
    public void Run_passes_published_logs_at_their_alpha_and_contradicts_ten_times_that(string name) => Audits(name);

    [SkippableTheory]
    [Trait("Category", "Slow")]
    [InlineData("cifar10_smoothadv_PGD2_m8_eps255_sigma_0.25.tsv")]
    [InlineData("cifar10_smoothadv_PGD2_m8_eps512_sigma_0.50.tsv")]
    [InlineData("cifar10_smoothadv_pre+self_PGD2_w0.5_eps64_sigma_0.25.tsv")]
    [InlineData("cifar10_smoothadv_self_PGD2_w0.5_eps255_sigma_0.50.tsv")]
    [InlineData("cifar10_smoothadv_self_PGD4_w1.0_eps127_sigma_0.25.tsv")]
    public void Run_passes_further_published_logs_at_their_alpha_and_contradicts_ten_times_that(string name) => Audits(name);

    private static void Audits(string name)
    {
        CertificationLog log = CertificationLog.Read(SharedData.PathOf("data/certification-logs/smoothing_adversarial/" + name));
        double sigma = double.Parse(name[^8..^4], CultureInfo.InvariantCulture);

        LogAudit audit = LogAudit.Run(log, new LogAuditSettings(sigma, 100_000, .001));

        audit.Findings.Should().BeEmpty();
        audit.CouldContradict.Should().BeGreaterThan(50);
        LogAudit.Run(log, new LogAuditSettings(sigma, 100_000, .01)).Findings.Should().HaveCountGreaterThan(50);
        LogAudit.Run(log, new LogAuditSettings(sigma, 100_000, .0001)).Findings.Should().HaveCountGreaterThan(50);
    }

    private static CertificationLog Log(string radii) =>
        Read(string.Concat(radii.Split(' ').Select(static (radius, index) => $"{index}\t3\t3\t{radius}\t1\t0:00:01\n")));

    private static CertificationLog Read(string rows, string columns = "")
    {
        string text = $"idx\tlabel\tpredict\tradius\tcorrect\ttime{columns}\n{rows}";
        using MemoryStream stream = new(System.Text.Encoding.UTF8.GetBytes(text));
        return CertificationLog.Read(stream, "log.tsv");
    }
}

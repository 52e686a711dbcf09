
namespace DenoisedSmoothing.Tool.Tests;

public sealed class AuditVerbTests : LogVerbs
{
    [Theory]
    [InlineData("0.5", "1000", "0.001", 0, "Passed")]
    [InlineData("0.5", "1000", "0.01", 1, "alpha = 0.001: 0 rows impossible")]
    [InlineData("0.5", "100", "0.001", 1, "n = 1000: 0 rows impossible")]
    [InlineData("0.5", "1000000000", "0.001", 2, "0 of 6 rows could contradict")]
    public async Task Audit_answers_with_its_exit_code(string sigma, string n, string alpha, int exit, string part)
    {
        // At a billion votes radii of three digits are all possible, but for the smallest: these lie above it.
        (await Run("audit", Write("a.tsv", Header + Rows), "--sigma", sigma, "--n", n, "--alpha", alpha)).Should().Be(exit);

        Output.ToString().Should().Contain(part);
    }

    [Fact]
    public async Task Audit_takes_what_is_not_typed_from_beside_the_log()
    {
        string log = WriteLog(alpha: .001, end: true);

        (await Run("audit", log)).Should().Be(0);
        Output.ToString().Should().Contain("Claim: sigma = 0.25, n = 200, alpha = 0.001");
        (await Run("audit", log, "--alpha", "0.01")).Should().Be(1);
        Output.ToString().Should().Contain("alpha = 0.01");
        (await Run("audit", Write("bare.tsv", Header + Rows), "--n", "1000", "--alpha", "0.001")).Should().Be(1);
        Error.ToString().Should().Contain("--sigma is missing");
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

        Error.ToString().Should().Contain(option);
    }
}

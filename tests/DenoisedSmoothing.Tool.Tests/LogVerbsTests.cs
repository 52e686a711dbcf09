using System.Text.Json;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Tool;

namespace DenoisedSmoothing.Tool.Tests;

/// <summary>Verify, merge, and what all verbs of logs share.</summary>
public sealed class LogVerbsTests : LogVerbs
{
    [Fact]
    public async Task Analyze_and_verify_refuse_a_forged_radius()
    {
        string log = WriteLog(alpha: .001, end: true);
        (await Run("verify", log)).Should().Be(0);
        Output.ToString().Should().Contain("3 lines, as the votes give.");
        string json = File.ReadAllText(log + ".jsonl");
        File.WriteAllText(log + ".jsonl", System.Text.RegularExpressions.Regex.Replace(json, "\"radius\":0\\.[0-9]+", "\"radius\":9.75"));

        (await Run("analyze", log + ".jsonl")).Should().Be(1);
        Error.ToString().Should().Contain("image 0: radius: 9.75 is claimed");
        (await Run("analyze", log + ".jsonl", "--unverified")).Should().Be(0);
        (await Run("verify", log + ".jsonl")).Should().Be(1);
        Output.ToString().Should().Contain("3 overstated");
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
        Error.ToString().Should().Contain("none.json: neither a certificate nor a prediction");
        (await Run("verify", Write("line.json", File.ReadLines(WriteLog(alpha: .001, end: true) + ".jsonl").First()))).Should().Be(1);
        Error.ToString().Should().Contain("in a file named .jsonl");
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
                ["merge", "--out", Path.Combine(Folder.FullName, "m")],
        })
        {
            Error.GetStringBuilder().Clear();

            (await Run([.. verb[..1], file, .. verb[1..]])).Should().Be(1);

            Error.ToString().Should().Contain(kind, verb[0]).And.NotContainAny("CertificationLog", "OnnxClassifier",
                "--classifier-file", "--data-path");
        }
    }

    [Fact]
    public async Task Analyze_makes_the_folder_of_its_figure_and_names_its_forms()
    {
        string figure = Path.Combine(Folder.FullName, "figures", "deep", "2.svg");

        (await Run("analyze", WriteLog(alpha: .001, end: true), "--plot", figure)).Should().Be(0);
        File.Exists(figure).Should().BeTrue();
        (await Run("analyze", "--help")).Should().Be(0);
        Output.ToString().Should().ContainAll(ReportFormats.All.Keys);
    }

    [Fact]
    public async Task Merge_without_settings_beside_the_shards_says_so()
    {
        (await Run("merge", Write("a.tsv", Header + Rows), "--out", Path.Combine(Folder.FullName, "m.tsv"))).Should().Be(1);

        Error.ToString().Should().Contain("a.tsv.meta.json");
    }
}

using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;

namespace DenoisedSmoothing.Tool.Tests.Reports;

public sealed class EvidenceBundleTests : LogVerbs
{
    private string At(string name) => Path.Combine(Folder.FullName, name);

    [Fact]
    public async Task Bundle_holds_what_an_auditor_wants_under_the_hashes_that_it_lists()
    {
        string log = WriteLog(.001, end: true);

        (await Run("report", log, "--out", At("r.html"), "--bundle", At("b.zip"))).Should().Be(0, Error.ToString());

        Dictionary<string, byte[]> files = Unpack(At("b.zip"));
        files.Keys.Should().Equal("MANIFEST.sha256", "README.txt", "certificate.schema.json", "hashes.json", "logs/run.tsv",
            "logs/run.tsv.jsonl",
            "logs/run.tsv.meta.json", "report.html", "verification.json");
        foreach ((string name, byte[] bytes) in new[] { ("logs/run.tsv", File.ReadAllBytes(log)),
            ("logs/run.tsv.jsonl", File.ReadAllBytes(log + ".jsonl")),
            ("logs/run.tsv.meta.json", File.ReadAllBytes(log + ".meta.json")), ("report.html", File.ReadAllBytes(At("r.html"))) })
            files[name].Should().Equal(bytes);
        string[] manifest = System.Text.Encoding.UTF8.GetString(files["MANIFEST.sha256"]).TrimEnd('\n').Split('\n');
        manifest.Should().BeEquivalentTo(files.Where(static file => file.Key != "MANIFEST.sha256")
            .Select(static file => $"{Convert.ToHexStringLower(SHA256.HashData(file.Value))}  {file.Key}"));
        using JsonDocument hashes = JsonDocument.Parse(files["hashes.json"]), verification = JsonDocument.Parse(files["verification.json"]);
        JsonElement its = hashes.RootElement.GetProperty("logs")[0];
        its.GetProperty("base_classifiers")[0].GetString().Should().Be("fake");
        its.GetProperty("images").GetProperty("2").GetString().Should().Be("00");
        verification.RootElement.GetProperty("logs")[0].GetProperty("lines_verified").GetInt64().Should().Be(3);
        System.Text.Encoding.UTF8.GetString(files["README.txt"])
            .Should().Contain("dds verify logs/run.tsv\n").And.Contain("sha256sum -c MANIFEST.sha256")
            .And.Contain("3 lines verified");
    }

    [Fact]
    public async Task Bundle_can_be_verified_where_it_was_unpacked()
    {
        await Run("report", WriteLog(.001, end: true), "--out", At("r.html"), "--bundle", At("b.zip"));
        ZipFile.ExtractToDirectory(At("b.zip"), At("there"));

        (await Run("verify", Path.Combine(At("there"), "logs", "run.tsv"))).Should().Be(0);

        Output.ToString().Should().Contain("3 lines, as the votes give");
    }

    [Fact]
    public async Task Bundle_of_the_same_input_has_the_same_bytes()
    {
        string log = WriteLog(.001, end: true);

        await Run("report", log, "--out", At("r.html"), "--bundle", At("one.zip"));
        File.SetLastWriteTimeUtc(log, DateTime.UtcNow.AddDays(-3));
        await Run("report", log, "--out", At("r.html"), "--bundle", At("two.zip"));

        File.ReadAllBytes(At("one.zip")).Should().Equal(File.ReadAllBytes(At("two.zip")));
    }

    [Fact]
    public async Task Bundle_tells_what_verification_found_and_keeps_logs_of_one_name_apart()
    {
        string log = WriteLog(.001, end: true);
        Directory.CreateDirectory(At("other"));
        string other = Path.Combine(At("other"), "run.tsv");
        File.WriteAllText(other, Header + Rows);
        File.WriteAllText(log + ".jsonl",
            File.ReadAllText(log + ".jsonl").Replace("\"radius\":0.", "\"radius\":1.", StringComparison.Ordinal));

        (await Run("report", log, other, "--unverified", "--out", At("r.html"), "--bundle", At("b.zip"))).Should().Be(0, Error.ToString());

        Dictionary<string, byte[]> files = Unpack(At("b.zip"));
        files.Keys.Should().Contain(["logs/run.tsv", "logs/2-run.tsv"]);
        using JsonDocument verification = JsonDocument.Parse(files["verification.json"]);
        verification.RootElement.GetProperty("logs")[0].GetProperty("findings").EnumerateArray()
            .Should().Contain(static found => found.GetProperty("severity").GetString() == "overstated");
        verification.RootElement.GetProperty("logs")[1].GetProperty("has_votes").GetBoolean().Should().BeFalse();
    }

    [Theory]
    [InlineData("--bundle", "b.tar", "--bundle must name a .zip file")]
    [InlineData("--out", "r.pdf", "--out must name an .html file")]
    public async Task Report_refuses_names_of_other_kinds(string option, string name, string says)
    {
        (await Run("report", Write("a.tsv", Header + Rows), option, At(name))).Should().Be(1);

        Error.ToString().Should().Contain(says);
    }

    private static Dictionary<string, byte[]> Unpack(string path)
    {
        using ZipArchive archive = ZipFile.OpenRead(path);
        return archive.Entries.ToDictionary(static entry => entry.FullName, static entry =>
        {
            entry.LastWriteTime.Year.Should().Be(1980);
            using Stream content = entry.Open();
            using MemoryStream copy = new();
            content.CopyTo(copy);
            return copy.ToArray();
        });
    }
}

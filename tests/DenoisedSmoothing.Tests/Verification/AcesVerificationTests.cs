using System.Text.RegularExpressions;
using DenoisedSmoothing.Aces;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Verification;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tests.Verification;

/// <summary>Rows of a model with a core, recomputed from their votes: honest ones, and one forgery after the other.</summary>
public sealed class AcesVerificationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Rows => _folder.PathOf("aces.tsv");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_finds_nothing_in_honest_rows()
    {
        Write(AcesSamples.Honest);

        LogVerification verification = LogVerification.Run(Rows);

        verification.Findings.Should().BeEmpty();
        verification.Verified.Should().Be(4);
    }

    public static TheoryData<string, string> Forgeries => new()
    {
        { "radius", "radius" },
        { "smaller radius", "radius" },
        { "all radii", "certified.radius" },
        { "radius of the selection", "selected.radius" },
        { "answer", "answer" },
        { "label", "certified.label" },
        { "outcome", "outcome" },
        { "selection of an open one", "selected.label" },
        { "bound", "certified.paLower" },
        { "other bound", "selected.pbUpper" },
        { "votes added", "certified.estimationVotes" },
        { "votes moved to the label", "certified.paLower" },
        { "votes moved from the label", "certified.paLower" },
        { "votes missed", "certified.paLower" },
        { "all of a larger n", "certified.estimationVotes" },
        { "votes of the selector moved", "selected.paLower" },
        { "first votes added", "selected.selectionVotes" },
        { "first votes moved", "certified.label" },
        { "sigma", "sigma" },
        { "dimension", "noise" },
        { "law", "noise" },
        { "selection", "selection" },
        { "selector of three classes", "selected" },
        { "phases of different classes", "certified" },
    };

    [Theory]
    [MemberData(nameof(Forgeries))]
    public void Run_names_a_forged_row(string forgery, string member)
    {
        AcesRow honest = AcesSamples.Honest[forgery.Contains("open") ? 2 : 0], forged = AcesSamples.Forged(honest, forgery);
        forged.Should().NotBe(honest);
        Write([.. AcesSamples.Honest.Select(row => row.Index == honest.Index ? forged : row)]);

        IReadOnlyList<LogFinding> found = LogVerification.Run(Rows).Findings;

        found.Should().Contain(finding => finding.Finding.Member == member).And.OnlyContain(finding => finding.Index == honest.Index);
    }

    [Fact]
    public void Run_names_a_row_whose_votes_are_over_fewer_classes()
    {
        AcesRow row = AcesSamples.Honest[1];
        Write([AcesSamples.Honest[0], row with
        {
            CertifiedBy = row.CertifiedBy! with
            {
                SelectionVotes = new VoteCounts(0, 0, 0, 10),
                EstimationVotes = new VoteCounts(10, 0, 0, 190),
            },
        }]);

        LogVerification.Run(Rows).Findings.Should().ContainSingle().Which.ToString().Should()
            .Be("image 4: certified: they are over 4 classes, and those of the lines before over 10");
    }

    /// <summary>No digit of a count can be changed. (Which of its rivals had a label's other votes bears on nothing.)</summary>
    [Fact]
    public void Run_names_every_changed_count()
    {
        string line = AcesSamples.Honest[0].ToString();
        string[] cells = line.Split('\t');
        int tried = 0;
        foreach (int column in (int[])[15, 16, 19, 20])
        {
            AcesRow.Header.Split('\t')[column].Should().MatchRegex("_n0?$");
            foreach (Match digit in Regex.Matches(cells[column], "(?<=:[0-9]*)[0-9]"))
            {
                string[] forged = [.. cells];
                forged[column] = $"{cells[column][..digit.Index]}{(digit.Value[0] - '0' + 1) % 10}{cells[column][(digit.Index + 1)..]}";
                Write([]);
                File.AppendAllText(Rows, string.Join('\t', forged) + "\n");
                Found().Should().BeTrue("{0} was {1}", forged[column], cells[column]);
                tried++;
            }
        }

        tried.Should().BeGreaterThan(12);

        bool Found()
        {
            try
            {
                return LogVerification.Run(Rows).Findings.Count > 0;
            }
            catch (InvalidDataException)
            {
                return true;
            }
        }
    }

    public static TheoryData<string, string, string> OtherSettings => new()
    {
        { "alpha", "0.01", "certified.alpha" },
        { "alpha", "0.2", "selected.alpha" },
        { "method", "cohen n0=10 n=200 alpha=0.01 predict=1000 version=1", "certified.alpha" },
        { "method", "cohen n0=10 n=2000 alpha=0.05 predict=1000 version=1", "certified.estimationVotes" },
        { "method", "cohen n0=20 n=200 alpha=0.05 predict=1000 version=1", "selected.selectionVotes" },
        { "method", "multiclass n0=10 n=200 alpha=0.05 predict=1000 version=1", "certified.paLower" },
        { "method", "of-tomorrow n=200 alpha=0.05", "certified.method" },
        { "sigma", "0.2", "sigma" },
        { "dimension", "3072", "noise" },
        { "noise", "philox4x32-10/uniform/1", "noise" },
        { "selection", "entropy<=0.4", "selection" },
    };

    [Theory]
    [MemberData(nameof(OtherSettings))]
    public void Run_names_rows_that_are_not_of_their_settings(string setting, string value, string member)
    {
        Write(AcesSamples.Honest);
        CertificationLogMeta meta = AcesSamples.Meta();
        (meta with { Settings = new Dictionary<string, string>(meta.Settings) { [setting] = value } }).Write(Rows);

        LogVerification.Run(Rows).Findings.Should().Contain(finding => finding.Index == 0 && finding.Finding.Member == member);
    }

    /// <summary>Alpha, method and their fingerprint made to fit one another: the bounds are still of the alpha that was.</summary>
    [Fact]
    public void Run_names_bounds_of_another_alpha()
    {
        Write(AcesSamples.Honest);
        CertificationLogMeta meta = AcesSamples.Meta();
        (meta with
        {
            Settings = new Dictionary<string, string>(meta.Settings)
            {
                ["alpha"] = "0.002",
                ["method"] = new CohenCertifier(10, 200, .001).Method.ToString(),
            },
        }).Write(Rows);

        LogVerification.Run(Rows).Findings.Should().Contain(finding =>
            finding.Finding.Member == "certified.paLower" && finding.Finding.Severity == VerificationSeverity.Overstated);
    }

    [Fact]
    public void Run_names_rows_that_were_taken_out()
    {
        Write(AcesSamples.Honest);
        CertificationLogMeta meta = AcesSamples.Meta() with { Rows = 4 };
        (meta with
        {
            Settings = new Dictionary<string, string>(meta.Settings)
            {
                [CertificationLogMeta.ImagesSetting] = "start=0 skip=4 max=4 corrupt=stop",
            },
        }).Write(Rows);
        LogVerification.Run(Rows).Should().Match<LogVerification>(whole => whole.Findings.Count == 0 && whole.Unfinished == 0);
        string[] lines = File.ReadAllLines(Rows);

        File.WriteAllLines(Rows, [lines[0], lines[1], lines[4]]);
        LogVerification.Run(Rows).Findings.Select(static finding => finding.ToString()).Should().Equal(
            "image 4: index: the settings include it, and all 2 up to image 8 are left out");
        File.WriteAllLines(Rows, lines[..3]);
        LogVerification.Run(Rows).Should().Match<LogVerification>(part => part.Findings.Count == 0 && part.Unfinished == 2,
            "the last ones may still be in work");
    }

    [Fact]
    public void Run_refuses_what_cannot_be_verified_and_says_why()
    {
        Write(AcesSamples.Honest);
        string whole = File.ReadAllText(Rows), settings = File.ReadAllText(Rows + ".meta.json");

        File.WriteAllText(Rows + ".meta.json", settings.Replace("\"0.1\"", "\"0.2\""));
        Refused("*was changed*");
        File.Delete(Rows + ".meta.json");
        Refused("*no *.meta.json beside it*");
        File.WriteAllText(Rows + ".meta.json", settings);
        File.WriteAllText(Rows, whole.Replace("Certified", "certified"));
        Refused("*line 2: not a row*");
        string[] lines = whole.Split('\n');
        File.WriteAllText(Rows, string.Join('\n', lines[0], lines[2], lines[1], ""));
        Refused("*line 3: image 0 comes after image 4*");
        File.WriteAllText(Rows, lines[0] + "\n" + lines[1][..^9]);
        LogVerification.Run(Rows).Verified.Should().Be(0, "the last line may still be in writing");
    }

    [Fact]
    public void Run_refuses_rows_of_before_they_had_votes_and_a_run_does_not_go_on_with_them()
    {
        AcesSamples.Meta().Write(Rows);
        AcesRow old = AcesSamples.Honest[0] with { Noise = null, SelectedBy = null, CertifiedBy = null };
        File.WriteAllText(Rows, AcesRow.HeaderWithoutVotes + "\n" + old + "\n");
        string text = File.ReadAllText(Rows);

        Refused("*earlier version and hold no votes*");
        FluentActions.Invoking(() => AcesLogWriter.Open(Rows, AcesSamples.Meta(), resume: true)).Should().Throw<InvalidDataException>()
            .WithMessage("*hold no votes*");
        File.ReadAllText(Rows).Should().Be(text);
        FluentActions.Invoking(() => CertificationLog.Read(Rows)).Should().Throw<InvalidDataException>().WithMessage("*model with a core*");
        AcesRow.Find(old.ToString()).Should().Be(old);
    }

    [Fact]
    public void Row_with_missed_votes_is_read_as_it_was_written()
    {
        AcesRow row = AcesSamples.Honest[0] with
        {
            CertifiedBy = AcesSamples.Honest[0].CertifiedBy! with { EstimationVotes = new VoteCounts(0, 7, 0) { Missed = 2 } },
        };

        row.ToString().Should().EndWith("\t1:7 of 3 and 2 missed");
        AcesRow.Find(row.ToString()).Should().Be(row);
        foreach (string bad in (string[])["1:7 of 1", "1:7 of 3 and 0 missed", "1:7 0:1 of 3", "1:0 of 3", "3:7 of 3", "1:-7 of 3", "1:7",
            "1:7 of 2000000", "1:99999999999999999 of 3", "1:7 of 3 or 2 missed"])
            AcesRow.Find(row.ToString().Replace("1:7 of 3 and 2 missed", bad)).Should().BeNull("'{0}'", bad);
    }

    [Fact]
    public void Append_then_resume_gives_the_same_bytes()
    {
        Write(AcesSamples.Honest);
        string whole = File.ReadAllText(Rows);
        for (int kept = 0; kept < whole.Length; kept += 97)
        {
            File.WriteAllText(Rows, whole[..kept]);
            using (AcesLogWriter writer = AcesLogWriter.Open(Rows, AcesSamples.Meta(), resume: true))
            {
                foreach (AcesRow row in AcesSamples.Honest.Where(row => row.Index > writer.LastIndex))
                    writer.Append(row);
                writer.End();
            }

            File.ReadAllText(Rows).Should().Be(whole, "{0} bytes had been written", kept);
        }
    }

    private void Refused(string message) =>
        FluentActions.Invoking(() => LogVerification.Run(Rows)).Should().Throw<InvalidDataException>().WithMessage(message);

    private void Write(IReadOnlyList<AcesRow> rows)
    {
        File.Delete(Rows);
        File.Delete(Rows + ".meta.json");
        using AcesLogWriter writer = AcesLogWriter.Open(Rows, AcesSamples.Meta(), resume: false);
        foreach (AcesRow row in rows)
            writer.Append(row);
        writer.End();
    }
}

using DenoisedSmoothing.Aces;
using DenoisedSmoothing.Experiments;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Torch.Tests.Experiments;

public sealed class AcesSessionTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aces-session-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Run_that_is_cancelled_after_some_rows_goes_on_to_the_rows_of_one_that_is_not()
    {
        string[] whole = Rows(At("whole.tsv"), seed: 3);
        whole.Should().HaveCount(10).And.Contain(row => row.Contains("Certified")).And.Contain(row => row.Contains("Core"));
        int[] cancelledAfter = [2, 1, 0, 4];
        foreach (int rows in cancelledAfter)
        {
            using CancellationTokenSource source = new();
            using AcesSession session = AcesPairs.Run(At("parts.tsv"), seed: 3).Open();
            int done = 0;
            if (rows == 0)
                source.Cancel();
            FluentActions.Invoking(() =>
            {
                foreach (AcesRow row in session.Run(cancellationToken: source.Token))
                {
                    if (++done == rows)
                        source.Cancel();
                }
            }).Should().Throw<OperationCanceledException>();
            done.Should().Be(rows);
        }

        using (AcesSession session = AcesPairs.Run(At("parts.tsv"), seed: null).Open())
        {
            (session.Finished.Count, session.Left.Count, session.Total, session.Seed).Should().Be((7, 3, 10, 3));
            session.Run().Should().HaveCount(3);
        }

        File.ReadAllText(At("parts.tsv")).Should().Be(File.ReadAllText(At("whole.tsv")));
        AcesPairs.Run(At("parts.tsv"), seed: 4).Invoking(run => run.Open()).Should().Throw<InvalidDataException>()
            .WithMessage("*seed: there 3, now 4*");
    }

    [Fact]
    public void Open_names_every_difference_and_leaves_the_rows_as_they_are()
    {
        string[] rows = Rows(At("rows.tsv"), seed: 3);
        AcesCertificationRun run = AcesPairs.Run(At("rows.tsv"), seed: 3);

        (run with { Selector = new Named(new LinearClassifier([1, 0], .1), "another") }).Invoking(its => its.Open()).Should()
            .Throw<InvalidDataException>().WithMessage("*selector: there named, now another*");
        (run with { Core = new AcesPairs.Dark("other") }).Invoking(its => its.Open()).Should().Throw<InvalidDataException>()
            .WithMessage("*core: there core, now other*");
        (run with { Certification = run.Certification with { Resume = false } }).Invoking(its => its.Open()).Should()
            .Throw<IOException>().WithMessage("*will not be overwritten*");
        (run with { Certification = run.Certification with { SkipUnreadable = true } }).Invoking(its => its.Open()).Should()
            .Throw<ArgumentException>();
        CertificationLogMeta meta = CertificationLogMeta.Find(At("rows.tsv"))!;
        (meta.Kind, meta.Alpha, meta.Settings["selection"]).Should().Be((CertificationLogKind.Aces, .1, "by the first pixel"));
        File.ReadAllLines(At("rows.tsv"))[1..].Should().Equal(rows);
    }

    [Fact]
    public void Open_says_what_computes_until_other_software_goes_on()
    {
        Rows(At("rows.tsv"), seed: 3);
        Noted().Should().Be(LibTorch.Software);
        AcesPairs.Run(At("rows.tsv"), seed: 3).Open().Dispose();
        Noted().Should().Be(LibTorch.Software);
        CertificationLogMeta meta = CertificationLogMeta.Find(At("rows.tsv"))!;
        (meta with
        {
            Notes = new Dictionary<string, string> { [CertificationLogMeta.SoftwareNote] = "another", ["models"] = "two" },
        }).Write(At("rows.tsv"));

        for (int time = 0; time < 2; time++)
        {
            AcesPairs.Run(At("rows.tsv"), seed: 3).Open().Dispose();
            Noted().Should().BeNull("nothing says which rows are of which");
        }

        CertificationLogMeta.Find(At("rows.tsv"))!.Should().BeEquivalentTo(meta with
        {
            Notes = new Dictionary<string, string> { ["models"] = "two" },
        });

        string? Noted() => CertificationLogMeta.Find(At("rows.tsv"))!.Notes.GetValueOrDefault(CertificationLogMeta.SoftwareNote);
    }

    [Theory]
    [InlineData("idx\tlabel\n", "*line 1: not the header*")]
    [InlineData("HEADER\n1\t1\t1\t0\tCore\t1\t1\t0\t0\t-\t0\tword\tVOTES\n"
        + "0\t1\t1\t0\tCore\t1\t1\t0\t0\t-\t0\tword\tVOTES\n", "*line 3: image 0 comes after*")]
    [InlineData("HEADER\n0\t1\t1\t0.0\tCore\t1\t1\t0\t0\t-\t0\tword\tVOTES\n", "*line 2: not a row*")]
    [InlineData("HEADER\n0\t1\t1\t0\tCore\t0\t1\t0\t0\t-\t0\tword\tVOTES\n", "*line 2: not a row*")]
    [InlineData("HEADER\n0\t1\t1\t0\tAgreed\t1\t1\t0\t0\t-\t0\tword\tVOTES\n", "*line 2: the answer is not*")]
    [InlineData("HEADER\n0\t1\t1\t0.5\tCertified\t1\t1\t1\t0.4\t1\t0.5\tword\tVOTES\n", "*line 2: the answer is not*")]
    [InlineData("HEADER\n0\t1\t1\t0\tCore\t1\t1\t0\t0\t-\t0\tword\n", "*line 2: not a row*")]
    [InlineData("HEADER\n0\t1\t1\n", "*line 2: not a row*")]
    public void Open_refuses_rows_that_were_edited(string text, string message)
    {
        Rows(At("rows.tsv"), seed: 3);
        string edited = text.Replace("HEADER", AcesRow.Header).Replace("VOTES",
            "gaussian sigma=0.25\t0\t1\t0:1 of 2\t0:2 of 2\t0\t1\t0:1 of 2\t0:2 of 2");
        File.WriteAllText(At("rows.tsv"), edited);

        AcesPairs.Run(At("rows.tsv"), seed: 3).Invoking(run => run.Open()).Should().Throw<InvalidDataException>().WithMessage(message);
        File.ReadAllText(At("rows.tsv")).Should().Be(edited);
    }

    [Theory]
    [InlineData(4, null, "*image 3 of this run is not in it, and image 4 is*")]
    [InlineData(1, null, "*image 0 of this run is not in it, and image 1 is*")]
    [InlineData(10, "12", "*image 9 of this run is not in it, and image 12 is*")]
    public void Open_refuses_rows_of_which_one_was_lost_or_is_of_another_run(int line, string? index, string message)
    {
        Rows(At("rows.tsv"), seed: 3);
        List<string> lines = [.. File.ReadAllLines(At("rows.tsv"))];
        if (index is null)
            lines.RemoveAt(line);
        else
            lines[line] = index + lines[line][1..];
        File.WriteAllLines(At("rows.tsv"), lines);
        string edited = File.ReadAllText(At("rows.tsv"));

        for (int time = 0; time < 2; time++)
            AcesPairs.Run(At("rows.tsv"), seed: 3).Invoking(run => run.Open()).Should().Throw<InvalidDataException>().WithMessage(message);
        File.ReadAllText(At("rows.tsv")).Should().Be(edited);
    }

    private static string[] Rows(string path, ulong seed)
    {
        using AcesSession session = AcesPairs.Run(path, seed).Open();
        return [.. session.Run().Select(row => row.ToString())];
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);
}

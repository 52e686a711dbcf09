using System.Text;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Logs;

public sealed class CertificationLogTests : IDisposable
{
    private const string Header = "idx\tlabel\tpredict\tradius\tcorrect\ttime\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_takes_the_fields_log_and_recomputes_correct()
    {
        // The paper's own script logs a running total in the column correct.
        CertificationLog log = Read(Header
            + "0\t3\t3\t0.267\t1\t0:00:14.414129\n20\t8\t-1\t0.0\t1\t14.25\n40\t1\t1\t1.87\t2\t1 day, 1:00:00\n60\t1\t2\t6e-06\t2\t0\n");

        log.Kind.Should().Be(CertificationLogKind.Certify);
        log.Meta.Should().BeNull();
        log.Method.Should().BeNull();
        log.Rows.Select(row => row.Index).Should().Equal(0, 20, 40, 60);
        log.Rows.Select(row => row.Correct).Should().Equal(true, false, true, false);
        log.Rows.Select(row => row.LoggedCorrect).Should().Equal(1, 1, 2, 2);
        log.Rows.Select(row => row.Abstained).Should().Equal(false, true, false, false);
        log.Rows.Select(row => row.Radius).Should().Equal(.267, 0, 1.87, 6e-6);
        log.Rows.Select(row => row.RadiusText).Should().Equal("0.267", "0.0", "1.87", "6e-06");
        log.Rows.Select(row => row.Time!.Value.TotalSeconds).Should().Equal(14.414129, 14.25, 90000, 0);
    }

    [Theory]
    [InlineData("idx\tlabel\tpredict\tradius\tcorrect\ttime\r\n0\t1\t1\t0.5\t1\t0:00:01\r\n1\t1\t1\t0.25\t1\t0:00:01\r\n")]
    [InlineData("idx\tlabel\tpredict\tradius\tcorrect\ttime\n0\t1\t1\t0.5\t1\t0:00:01\n1\t1\t1\t0.25\t1\t0:00:01")]
    [InlineData(
        "\ufeffidx\tlabel\tpredict\tradius\tcorrect\ttime\n\n0\t1\t1\t0.5\t1\t1\n\n"
            + "idx\tlabel\tpredict\tradius\tcorrect\ttime\n1\t1\t1\t0.25\t1\t1e0\n\n")]
    [InlineData("idx\tlabel\tpredict\tradius\tcorrect\ttime\tnote\tN\n0\t1\t1\t0.5\t1\t0:00:01\t\t\n1\t1\t1\t0.25\t1\t0:00:01\tany\t\n")]
    [InlineData("time\tradius\tpredict\tlabel\tidx\n0:00:01\t0.5\t1\t1\t0\n0:00:01\t0.25\t1\t1\t1\n")]
    public void Read_takes_every_layout(string text)
    {
        CertificationLog log = Read(text);

        log.Rows.Select(row => (row.Index, row.Label, row.Predicted, row.Radius, row.Time!.Value.TotalSeconds))
            .Should().Equal((0, 1, 1, .5, 1), (1, 1, 1, .25, 1));
    }

    [Fact]
    public void Read_takes_a_log_of_predictions()
    {
        CertificationLog log =
            Read("idx\tlabel\tpredict\tbasePredict\tcorrect\ttime\r\n0\t3\t-1\t5\t0\t0:00:01.35\r\n20\t7\t7\t3\t1\t0:00:01.27\r\n");

        log.Kind.Should().Be(CertificationLogKind.Predict);
        log.Rows.Select(row => (row.Abstained, row.Correct, row.RadiusText)).Should().Equal((true, false, null), (false, true, null));
    }

    [Theory]
    [InlineData("0\t1\t1\t0.5\t1\n", "line 2: 5 columns, but the header has 6")]
    [InlineData("0\t1\t1\t0.5\t1\t0:00:01\textra\n", "line 2: 7 columns")]
    [InlineData("0\t1\t1\tnan\t1\t0:00:01\n", "line 2: radius 'nan' is not a number of at least 0")]
    [InlineData("0\t1\t1\tinf\t1\t0:00:01\n", "line 2: radius 'inf' is no")]
    [InlineData("0\t1\t1\t1e999\t1\t0:00:01\n", "line 2: radius '1e999' is not a number of at least 0")]
    [InlineData("0\t1\t1\t-0.5\t1\t0:00:01\n", "line 2: radius '-0.5' is not a number of at least 0")]
    [InlineData("0\t1\t1\t0,5\t1\t0:00:01\n", "line 2: radius '0,5' is not a number of at least 0, such as 0.25")]
    [InlineData("+1\t1\t1\t0.5\t1\t0:00:01\n", "line 2: idx '+1' is not a whole number")]
    [InlineData("0\t1\t1\t0.5\t1\t0:00:01\n1.5\t1\t1\t0.5\t1\t0:00:01\n", "line 3: idx '1.5' is not a whole number")]
    [InlineData("-1\t1\t1\t0.5\t1\t0:00:01\n", "line 2: idx -1 is below 0")]
    [InlineData("0\t1\t-2\t0.5\t1\t0:00:01\n", "line 2: predict -2 is below -1")]
    [InlineData("0\t1\tcat\t0.5\t1\t0:00:01\n", "line 2: predict 'cat' is not a whole number")]
    [InlineData("0\t1\t1\t0.5\t1\tsoon\n", "line 2: time 'soon' is neither")]
    [InlineData("0\t1\t1\t0.5\t1\t0:61:00\n", "line 2: time '0:61:00' is neither")]
    [InlineData("0\t1\t1\t0.5\t1\tnan\n", "line 2: time 'nan' is neither")]
    [InlineData("7\t1\t1\t0.5\t1\t1\n\n7\t1\t1\t0.5\t1\t1\n", "line 4: image 7 is in line 2 already")]
    [InlineData("idx\tlabel\tpredict\n", "line 2: a header other")]
    public void Read_names_the_bad_line(string rows, string message) =>
        FluentActions.Invoking(() => Read(Header + rows)).Should().Throw<InvalidDataException>().WithMessage($"*log.tsv, {message}*");

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("\n \n", "the file is empty")]
    [InlineData("hello\n", "line 1: not the header of a log*'hello'")]
    [InlineData("0\t1\t1\t0.5\t1\t0:00:01\n", "line 1: not the header of a log")]
    [InlineData("idx,label,predict,radius\n0,1,1,0.5\n", "line 1: not the header of a log*separated by tabs")]
    [InlineData("idx\tlabel\tpredict\tradius\tradius\n", "line 1: the column 'radius' appears twice")]
    [InlineData("{\"index\":0}\n", "line 1: not a line of a log")]
    [InlineData("\u0001\u0002\u001b[31m", "line 1: not the header of a log*'???[31m'")]
    public void Read_says_what_is_no_log(string text, string message) =>
        FluentActions.Invoking(() => Read(text)).Should().Throw<InvalidDataException>().WithMessage($"*log.tsv*{message}*");

    [Theory]
    [InlineData("{\n  \"schema\": 2,\n  \"kind\": \"certify\"\n}\n", "it is the settings beside a certification log*Name the log itself")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "a pointer of Git LFS")]
    [InlineData("<!DOCTYPE html><html></html>", "a web page")]
    [InlineData("\u001f\u008b\b", "a gzip file*Unpack it")]
    [InlineData("idx\tlabel\tpredict\r0\t1\t1\r", "line 1: a carriage return inside a line; save the file with line ends of LF or CRLF")]
    public void Read_names_another_kind_of_file(string text, string message)
    {
        string path = _folder.PathOf("log.tsv");
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes(text));

        FluentActions.Invoking(() => CertificationLog.Read(path)).Should().Throw<InvalidDataException>()
            .WithMessage($"*log.tsv*{message}*");
    }

    [Fact]
    public void Read_gives_up_on_binary_data_without_line_ends()
    {
        using MemoryStream endless = new(new byte[1 << 22]);

        FluentActions.Invoking(() => CertificationLog.Read(endless, "noise.bin")).Should().Throw<InvalidDataException>()
            .WithMessage("noise.bin, line 1: longer than*");
    }

    [Fact]
    public void Read_says_that_the_text_is_utf16()
    {
        using MemoryStream text = new([.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(Header)]);

        FluentActions.Invoking(() => CertificationLog.Read(text, "log.tsv")).Should().Throw<InvalidDataException>().WithMessage("*UTF-16*");
    }

    [Fact]
    public void Read_of_a_folder_or_of_nothing_says_so()
    {
        FluentActions.Invoking(() => CertificationLog.Read(_folder.PathOf("none.tsv"))).Should().Throw<FileNotFoundException>()
            .WithMessage("There is no file*none.tsv*");
        FluentActions.Invoking(() => CertificationLog.Read(Path.GetTempPath())).Should().Throw<IOException>().WithMessage("*is a folder*");
    }

    [Fact]
    public void Read_passes_over_an_unfinished_last_line_only_beside_settings()
    {
        LogSamples.Meta().Write(_folder.PathOf("log.tsv"));

        Read(Header + "0\t1\t1\t0.5\t1\t0:00:01\n1\t1\t1\t0.2").Rows.Should().ContainSingle();

        File.Delete(_folder.PathOf("log.tsv.meta.json"));
        FluentActions.Invoking(() => Read(Header + "0\t1\t1\t0.5\t1\t0:00:01\n1\t1\t1\t0.2")).Should().Throw<InvalidDataException>();
    }

    [Fact]
    public void Find_refuses_settings_that_were_changed_by_hand()
    {
        string log = _folder.PathOf("log.tsv");
        LogSamples.Meta().Write(log);
        CertificationLogMeta.Find(log)!.Settings.Should().Equal(LogSamples.Meta().Settings);
        string path = CertificationLogMeta.PathFor(log);
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"0.25\"", "\"0.5\"", StringComparison.Ordinal));

        FluentActions.Invoking(() => CertificationLogMeta.Find(log)).Should().Throw<InvalidDataException>().WithMessage("*was changed*");
    }

    [Fact]
    public void Fingerprint_depends_on_every_setting_but_not_on_their_order()
    {
        CertificationLogMeta meta = LogSamples.Meta();

        (meta with { Settings = meta.Settings.Reverse().ToDictionary() }).Fingerprint.Should().Be(meta.Fingerprint);
        (meta with { Shard = "1/2", Rows = 7 }).Fingerprint.Should().Be(meta.Fingerprint);
        (meta with { Kind = CertificationLogKind.Predict }).Fingerprint.Should().NotBe(meta.Fingerprint);
        foreach (string key in meta.Settings.Keys)
            (meta with
            {
                Settings = new Dictionary<string,
                string>(meta.Settings) { [key] = "x" },
            }).Fingerprint.Should().NotBe(meta.Fingerprint);
    }

    [Theory]
    [InlineData(0, "0:00:00.000000")]
    [InlineData(14.414129, "0:00:14.414129")]
    [InlineData(36001.5, "10:00:01.500000")]
    [InlineData(86400, "1 day, 0:00:00.000000")]
    [InlineData(200000.25, "2 days, 7:33:20.250000")]
    [InlineData(-1, "-1 day, 23:59:59.000000")]
    public void Time_is_written_as_python_prints_a_timedelta(double seconds, string text)
    {
        LogTime.Format(TimeSpan.FromSeconds(seconds)).Should().Be(text);
        LogTime.TryParse(text, out TimeSpan time).Should().BeTrue();
        time.TotalSeconds.Should().Be(seconds);
    }

    private CertificationLog Read(string text) => CertificationLog.Read(_folder.Write("log.tsv", text));
}

using System.Text.Json;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Logs;

public sealed class CertificationLogWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Log => _folder.PathOf("run.tsv");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Append_writes_the_fields_columns_first_and_the_radius_in_full()
    {
        WriteThree(Log);

        string[] lines = File.ReadAllLines(Log);
        lines[0].Should().Be("idx\tlabel\tpredict\tradius\tcorrect\ttime\tn0\tn\tselected\tcount\tpALower");
        lines[1].Should().Be("0\t2\t2\t0.12345678901234568\t1\t0:00:01.500000\t100\t1000\t2\t867\t0.7300000000000001");
        lines[3].Should().StartWith("7\t1\t-1\t0\t0\t1:00:00.000001\t");
        double.Parse(lines[1].Split('\t')[3], System.Globalization.CultureInfo.InvariantCulture).Should()
            .Be(LogSamples.Certificate(0).Radius);
    }

    [Fact]
    public void ReadAll_gives_back_every_member_of_every_certificate()
    {
        WriteThree(Log);

        CertificationLogEntry[] entries = [.. CertificationLogEntry.ReadAll(Log + ".jsonl")];

        entries.Select(entry => entry.Certificate).Should().Equal(
            LogSamples.Certificate(0), LogSamples.Certificate(5), LogSamples.Certificate(7, abstain: true));
        entries.Should().OnlyContain(entry => entry.Fingerprint == LogSamples.Meta().Fingerprint);
        using JsonDocument line = JsonDocument.Parse(File.ReadLines(Log + ".jsonl").First());
        MembersOf(line.RootElement.GetProperty("certificate")).Should()
            .BeEquivalentTo(SettableMembers(typeof(Certificate)).Append("schema"));
        MembersOf(line.RootElement.GetProperty("certificate").GetProperty("provenance")).Should()
            .BeEquivalentTo(SettableMembers(typeof(Provenance)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Read_a_log_of_several_alphas_has_the_largest(int larger)
    {
        WriteThree(Log);
        string[] lines = File.ReadAllLines(Log + ".jsonl");
        lines[larger] = lines[larger].Replace("\"alpha\":0.001", "\"alpha\":0.05");
        File.WriteAllLines(Log + ".jsonl", lines);
        File.Delete(Log + ".meta.json");

        CertificationLog.Read(Log + ".jsonl").Alpha.Should().Be(.05);
    }

    [Fact]
    public void ReadAll_gives_back_every_member_of_every_prediction()
    {
        using (CertificationLogWriter writer =
            CertificationLogWriter.Open(Log, LogSamples.Meta(CertificationLogKind.Predict), resume: false))
        {
            writer.Append(3, 1, LogSamples.Prediction(), TimeSpan.FromSeconds(2));
            writer.Append(4, 1, LogSamples.Prediction(abstain: true), TimeSpan.FromSeconds(2));
        }

        CertificationLogEntry.ReadAll(Log + ".jsonl").Select(entry => entry.Prediction).Should().Equal(
            LogSamples.Prediction(), LogSamples.Prediction(abstain: true));
        File.ReadAllLines(Log)[1].Should().Be("3\t1\t1\t1\t0:00:02.000000\t1000\t1\t553\t0\t447\t0.3333333333333333");
        CertificationLog log = CertificationLog.Read(Log);
        log.Kind.Should().Be(CertificationLogKind.Predict);
        log.Rows.Select(row => row.Correct).Should().Equal(true, false);
    }

    [Fact]
    public void Read_of_the_json_lines_gives_the_rows_of_the_table()
    {
        WriteThree(Log);

        CertificationLog table = CertificationLog.Read(Log), json = CertificationLog.Read(Log + ".jsonl");

        Plain(json).Should().Equal(Plain(table));
        json.Method!.ToString().Should().Be("cohen n0=100 n=1000 alpha=0.001 predict=1000").And.Be(table.Method!.ToString());
        json.Meta!.Fingerprint.Should().Be(LogSamples.Meta().Fingerprint);

        static IEnumerable<CertificationLogRow> Plain(CertificationLog log) => log.Rows.Select(row => row with
        {
            Line = 0,
            LoggedCorrect = null,
        });
    }

    [Fact]
    public void Open_refuses_an_existing_log_and_leaves_it_alone()
    {
        WriteThree(Log);
        byte[] before = File.ReadAllBytes(Log);

        FluentActions.Invoking(() => CertificationLogWriter.Open(Log, LogSamples.Meta(), resume: false))
            .Should().Throw<IOException>().WithMessage("*run.tsv is there already*");

        File.ReadAllBytes(Log).Should().Equal(before);
    }

    [Fact]
    public void Open_refuses_a_file_of_another_program_also_when_resuming()
    {
        _folder.Write("run.tsv", "idx\tlabel\tpredict\tradius\tcorrect\ttime\n0\t1\t1\t0.5\t1\t0:00:01\n");

        FluentActions.Invoking(() => CertificationLogWriter.Open(Log, LogSamples.Meta(), resume: true))
            .Should().Throw<InvalidDataException>().WithMessage("*no *run.tsv.meta.json beside it*");
    }

    [Fact]
    public void Open_names_each_setting_that_differs()
    {
        WriteThree(Log);
        CertificationLogMeta meta = LogSamples.Meta();
        meta = meta with
        {
            Settings = new Dictionary<string,
            string>(meta.Settings) { ["sigma"] = "0.5", ["batch"] = "64" },
            Shard = "1/2",
        };

        FluentActions.Invoking(() => CertificationLogWriter.Open(Log, meta, resume: true)).Should().Throw<InvalidDataException>()
            .WithMessage("*sigma: there 0.25, now 0.5*batch: there (none), now 64*shard: there (none), now 1/2*");
    }

    [Fact]
    public void Open_refuses_lines_of_other_settings_under_settings_that_fit()
    {
        CertificationLogMeta meta = LogSamples.Meta(), other = meta with
        {
            Settings = new Dictionary<string,
            string>(meta.Settings) { ["sigma"] = "0.5" },
        };
        WriteThree(Log);
        CertificationLogWriter.Open(_folder.PathOf("other.tsv"), other, resume: false).Dispose();
        File.Copy(_folder.PathOf("other.tsv.meta.json"), Log + ".meta.json", overwrite: true);
        byte[] before = File.ReadAllBytes(Log + ".jsonl");

        FluentActions.Invoking(() => CertificationLogWriter.Open(Log, other, resume: true))
            .Should().Throw<InvalidDataException>().WithMessage("*line 1: made under other settings*");

        File.ReadAllBytes(Log + ".jsonl").Should().Equal(before);
    }

    [Fact]
    public void End_makes_a_log_finished_that_says_what_it_skipped()
    {
        WriteThree(Log);

        foreach (CertificationLog log in (CertificationLog[])[CertificationLog.Read(Log), CertificationLog.Read(Log + ".jsonl")])
        {
            log.Completeness.Should().Be(LogCompleteness.Finished);
            log.Skipped.Should().Equal(new SkippedImage(6, "image 6: \"broken\""), new SkippedImage(9, "image 9 is broken, too"));
            log.Rows.Should().HaveCount(3);
            log.Alpha.Should().Be(.001);
        }

        using CertificationLogWriter writer = CertificationLogWriter.Open(Log, LogSamples.Meta(), resume: true);
        (writer.HasEnded, writer.LastIndex).Should().Be((true, 9));
        writer.End();
        FluentActions.Invoking(() => writer.Skip(10, "more")).Should().Throw<InvalidOperationException>().WithMessage("*finished*");
    }

    [Fact]
    public void Read_of_a_log_without_its_end_is_unfinished()
    {
        using (CertificationLogWriter writer = CertificationLogWriter.Open(Log, LogSamples.Meta() with { Rows = 1 }, resume: false))
            writer.Append(0, 2, LogSamples.Certificate(0), TimeSpan.FromSeconds(1));

        CertificationLog.Read(Log).Completeness.Should().Be(LogCompleteness.Unfinished);
    }

    [Theory]
    [InlineData("\"index\":6,", "\"index\":3,", "*image 3 comes after image 5*")]
    [InlineData("\"end\":{\"images\":3", "\"end\":{\"images\":2", "*the end says 2 images and 2 skipped, and there are 3 and 2*")]
    [InlineData("\"skipped\":\"image 9 is broken, too\"}\n",
        "\"skipped\":\"x\"}\n{\"fingerprint\":\"FINGERPRINT\",\"end\":{\"images\":3,\"skipped\":2}}\n", "*comes after the end*")]
    public void Open_refuses_json_lines_that_contradict_themselves(string part, string instead, string message)
    {
        WriteThree(Log);
        string json = File.ReadAllText(Log + ".jsonl");
        json.Should().Contain(part);
        File.WriteAllText(Log + ".jsonl",
            json.Replace(part, instead.Replace("FINGERPRINT", LogSamples.Meta().Fingerprint, StringComparison.Ordinal),
            StringComparison.Ordinal));

        FluentActions.Invoking(() => CertificationLogWriter.Open(Log, LogSamples.Meta(), resume: true)).Should()
            .Throw<InvalidDataException>().WithMessage(message);
    }

    [Fact]
    public void Read_counts_images_that_share_their_noise()
    {
        using (CertificationLogWriter writer = CertificationLogWriter.Open(Log, LogSamples.Meta(), resume: false))
        {
            foreach (long index in (long[])[0, 1, 2])
                writer.Append(index, 2, LogSamples.Certificate(index == 2 ? 1 : 0), TimeSpan.FromSeconds(1));
        }

        CertificationLog.Read(Log).SharedNoise.Should().Be(1);
    }

    [Fact]
    public void Append_refuses_an_image_out_of_order()
    {
        using CertificationLogWriter writer = CertificationLogWriter.Open(Log, LogSamples.Meta(), resume: false);
        writer.Append(5, 2, LogSamples.Certificate(5), TimeSpan.Zero);

        FluentActions.Invoking(() => writer.Append(5, 2, LogSamples.Certificate(5), TimeSpan.Zero)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => writer.Append(6, 2, LogSamples.Prediction(), TimeSpan.Zero)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Open_after_a_kill_at_any_byte_of_either_file_goes_on_to_the_uninterrupted_log()
    {
        WriteThree(Log);
        byte[] table = File.ReadAllBytes(Log), json = File.ReadAllBytes(Log + ".jsonl");
        byte[] meta = File.ReadAllBytes(Log + ".meta.json");
        string killed = _folder.PathOf("killed.tsv");

        // A kill leaves any beginning of either file: every one of the table's, and some of the JSON lines for each.
        for (int tableBytes = 0; tableBytes <= table.Length; tableBytes++)
        {
            int jsonBytes = (int)((long)tableBytes * 7919 % (json.Length + 1));
            File.WriteAllBytes(killed, table[..tableBytes]);
            File.WriteAllBytes(killed + ".jsonl", json[..jsonBytes]);
            File.WriteAllBytes(killed + ".meta.json", meta);

            Finish(killed);

            File.ReadAllBytes(killed).Should().Equal(table, "the kill came at {0} and {1} bytes", tableBytes, jsonBytes);
            File.ReadAllBytes(killed + ".jsonl").Should().Equal(json);
        }
    }

    [Fact]
    public void Open_after_a_kill_before_the_settings_were_written_begins_anew()
    {
        File.WriteAllBytes(Log + ".jsonl", []);

        Finish(Log);

        CertificationLog.Read(Log).Rows.Should().HaveCount(3);
    }

    [Fact]
    public void Open_refuses_an_edited_line()
    {
        WriteThree(Log);
        File.WriteAllText(Log, File.ReadAllText(Log).Replace("0.12845", "0.92845", StringComparison.Ordinal));

        FluentActions.Invoking(() => CertificationLogWriter.Open(Log, LogSamples.Meta(), resume: true))
            .Should().Throw<InvalidDataException>().WithMessage("*line 3*edited or damaged*");
    }

    private static void WriteThree(string log)
    {
        using CertificationLogWriter writer = CertificationLogWriter.Open(log, LogSamples.Meta(), resume: false);
        AppendRest(writer);
    }

    private static void Finish(string log)
    {
        using CertificationLogWriter writer = CertificationLogWriter.Open(log, LogSamples.Meta(), resume: true);
        writer.LastIndex.Should().BeGreaterThanOrEqualTo(writer.Finished.Count == 0 ? -1 : writer.Finished[^1].Index);
        AppendRest(writer);
    }

    private static void AppendRest(CertificationLogWriter writer)
    {
        (long, Certificate, TimeSpan)[] all =
        [
            (0, LogSamples.Certificate(0), TimeSpan.FromSeconds(1.5)),
            (5, LogSamples.Certificate(5), TimeSpan.FromSeconds(.25)),
            (7, LogSamples.Certificate(7, abstain: true), TimeSpan.FromHours(1) + TimeSpan.FromMicroseconds(1)),
        ];
        foreach ((long index, Certificate certificate, TimeSpan time) in all)
        {
            if (index == 7 && writer.LastIndex < 6)
                writer.Skip(6, "image 6: \"broken\"");
            if (index > writer.LastIndex)
                writer.Append(index, index == 7 ? 1 : 2, certificate, time);
        }

        if (writer.LastIndex < 9)
            writer.Skip(9, "image 9 is broken, too");
        writer.End();
    }

    private static IEnumerable<string> MembersOf(JsonElement element) => element.EnumerateObject().Select(member => member.Name);

    private static IEnumerable<string> SettableMembers(Type type) =>
        type.GetProperties().Where(property => property.CanWrite).Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name));
}

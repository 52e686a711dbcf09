using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Logs;

public sealed class CertificationLogMergeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_gives_the_single_runs_log_byte_for_byte()
    {
        string single = Write("single.tsv", LogSamples.Meta() with { Rows = 6 }, [0, 1, 2, 3, 4, 9]);
        string[] shards = [Shard(2, [1, 4]), Shard(3, [2, 9]), Shard(1, [0, 3])];

        CertificationLogMerge.Run(shards, _folder.PathOf("merged.tsv"), partial: false).Should().BeEmpty();

        File.ReadAllBytes(_folder.PathOf("merged.tsv")).Should().Equal(File.ReadAllBytes(single));
        File.ReadAllBytes(_folder.PathOf("merged.tsv.jsonl")).Should().Equal(File.ReadAllBytes(single + ".jsonl"));
        CertificationLogMeta merged = CertificationLogMeta.Find(_folder.PathOf("merged.tsv"))!, its = CertificationLogMeta.Find(single)!;
        (merged.Fingerprint, merged.Rows, merged.Shard).Should().Be((its.Fingerprint, 6, null));
        merged.Settings.Should().Equal(its.Settings);
    }

    [Fact]
    public void Run_reports_missing_and_unfinished_shards_and_merges_them_only_when_asked()
    {
        string[] shards = [Shard(1, [0, 3]), Shard(3, [2], end: false)];
        string merged = _folder.PathOf("merged.tsv");

        FluentActions.Invoking(() => CertificationLogMerge.Run(shards, merged, partial: false)).Should().Throw<InvalidDataException>()
            .WithMessage("The run is not complete:*Shard 2/3 is missing.*3.tsv is unfinished: 1 of 2 images.");
        File.Exists(merged).Should().BeFalse();

        CertificationLogMerge.Run(shards, merged, partial: true).Should().HaveCount(2);
        CertificationLog.Read(merged).Rows.Select(row => row.Index).Should().Equal(0, 2, 3);
    }

    [Fact]
    public void Run_names_the_settings_that_differ()
    {
        string first = Shard(1, [0]);
        CertificationLogMeta meta = LogSamples.Meta();
        string second = Write("2.tsv", meta with
        {
            Shard = "2/3",
            Settings = new Dictionary<string,
            string>(meta.Settings) { ["seed"] = "1" },
        }, [1]);

        Merging([first, second]).Should().Throw<InvalidDataException>()
            .WithMessage("*different settings*seed: there 18446744073709551615, now 1");
    }

    [Fact]
    public void Run_refuses_an_image_that_stands_in_two_shards() =>
        Merging([Shard(1, [0, 3]), Shard(2, [3, 4]), Shard(3, [5, 6])]).Should().Throw<InvalidDataException>()
            .WithMessage("Image 3 is in *.tsv and in *.tsv.");

    [Fact]
    public void Run_refuses_one_shard_given_twice()
    {
        string first = Shard(1, [0, 3]);

        Merging([first, first]).Should().Throw<InvalidDataException>();
        Merging([first, Write("again.tsv", LogSamples.Meta() with
        {
            Shard = "1/3",
        }, [7])]).Should().Throw<InvalidDataException>().WithMessage("*are both shard 1/3*");
    }

    [Fact]
    public void Run_refuses_a_table_that_was_edited()
    {
        string shard = Shard(1, [0, 3]);
        File.WriteAllText(shard, File.ReadAllText(shard).Replace("0.12345", "0.92345", StringComparison.Ordinal));

        Merging([shard, Shard(2, [1, 4]), Shard(3, [2, 5])]).Should().Throw<InvalidDataException>().WithMessage("*1.tsv, line 2*edited*");
    }

    [Fact]
    public void Run_refuses_a_log_without_settings() =>
        Merging([_folder.Write("bare.tsv", "idx\tlabel\tpredict\tradius\tcorrect\ttime\n")]).Should().Throw<InvalidDataException>()
            .WithMessage("*bare.tsv.meta.json*");

    [Fact]
    public void Run_does_not_overwrite_a_log()
    {
        string first = Write("1.tsv", LogSamples.Meta() with { Shard = "1/1" }, [0]);

        FluentActions.Invoking(() => CertificationLogMerge.Run([first], first, partial: false)).Should().Throw<IOException>()
            .WithMessage("*is there already*");
    }

    [Fact]
    public void Run_of_parts_takes_shards_that_are_being_written_up_to_their_last_whole_line()
    {
        string log = _folder.PathOf("running.tsv"), merged = _folder.PathOf("so-far.tsv");
        using CertificationLogWriter writer = CertificationLogWriter.Open(
            log, LogSamples.Meta() with { Shard = "1/2", Rows = 5 }, resume: false);
        writer.Append(0, 2, LogSamples.Certificate(0), TimeSpan.FromSeconds(1));
        writer.Append(2, 2, LogSamples.Certificate(2), TimeSpan.FromSeconds(1));
        string[] table = File.ReadAllLines(log);
        // The JSON line of image 2 is there, and its table line comes next: what a reader may find at any moment.
        string copy = _folder.PathOf("copy.tsv");
        File.WriteAllText(copy, string.Join('\n', table[..^1]) + "\n" + table[^1][..4]);
        File.Copy(log + ".jsonl", copy + ".jsonl");
        File.Copy(log + ".meta.json", copy + ".meta.json");

        CertificationLogMerge.Run([log], merged, partial: true).Should().BeEquivalentTo(
            ["Shard 2/2 is missing.", $"{log} is unfinished: 2 of 5 images."]);
        CertificationLogMerge.Run([copy], copy + ".merged", partial: true).Should().Contain($"{copy} is unfinished: 1 of 5 images.");

        CertificationLog.Read(merged).Rows.Should().HaveCount(2);
        CertificationLog.Read(copy + ".merged").Rows.Should().ContainSingle().Which.Index.Should().Be(0);
        FluentActions.Invoking(() => CertificationLogMerge.Run([copy], copy + ".whole", partial: false))
            .Should().Throw<InvalidDataException>().WithMessage("*lacks image 2*resume the shard first*");
    }

    private Action Merging(string[] shards) => () => CertificationLogMerge.Run(shards, _folder.PathOf("merged.tsv"), partial: false);

    [Fact]
    public void Run_keeps_what_was_skipped_and_refuses_an_unfinished_shard_whatever_the_settings_know()
    {
        // Where corrupt images are passed over, the number of lines is not known beforehand.
        CertificationLogMeta meta = LogSamples.Meta() with { Rows = null };
        string first = Write("1.tsv", meta with
        {
            Shard = "1/2",
        }, [0], end: false), second = Write("2.tsv", meta with { Shard = "2/2" }, [1]);
        Merging([first, second]).Should().Throw<InvalidDataException>().WithMessage("*1.tsv is unfinished: 1 images so far.*");
        using (CertificationLogWriter writer = CertificationLogWriter.Open(first, meta with { Shard = "1/2" }, resume: true))
        {
            writer.Skip(2, "broken");
            writer.End();
        }

        Merging([first, second]).Should().NotThrow();

        CertificationLog merged = CertificationLog.Read(_folder.PathOf("merged.tsv"));
        merged.Completeness.Should().Be(LogCompleteness.Finished);
        merged.Skipped.Should().Equal(new SkippedImage(2, "broken"));
    }

    [Fact]
    public void Run_refuses_a_shard_of_schema_1_that_does_not_say_whether_it_is_finished()
    {
        string shard = Path.Combine(Path.GetDirectoryName(Golden.PathOf("x"))!, "cases", "log-schema-1", "shard1.tsv");

        CertificationLog.Read(shard).Completeness.Should().Be(LogCompleteness.Unknown);
        Merging([shard]).Should().Throw<InvalidDataException>()
            .WithMessage("*Shard 2/2 is missing*shard1.tsv does not say whether it is finished: 4 images*");
    }

    private string Shard(int number, long[] images, bool end = true) =>
        Write($"{number}.tsv", LogSamples.Meta() with { Shard = $"{number}/3", Rows = 2 }, images, end);

    private string Write(string name, CertificationLogMeta meta, long[] images, bool end = true)
    {
        string path = _folder.PathOf(name);
        using CertificationLogWriter writer = CertificationLogWriter.Open(path, meta, resume: false);
        foreach (long image in images)
            writer.Append(image, label: 2, LogSamples.Certificate(image, abstain: image == 4), TimeSpan.FromSeconds(1));
        if (end)
            writer.End();
        return path;
    }
}

using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Soft;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Transfer;

namespace DenoisedSmoothing.Tests.Logs;

/// <summary>Lines of logs, of every kind of answer, abstentions too: what is written can be read.</summary>
public class LogRecordTests
{
    private static readonly CertificateTransfer s_transfer = new(1000, .01);

    [Theory]
    [InlineData("votes", false)]
    [InlineData("votes", true)]
    [InlineData("prediction", false)]
    [InlineData("prediction", true)]
    [InlineData("scores", false)]
    [InlineData("scores", true)]
    [InlineData("transferred", false)]
    [InlineData("transferred", true)]
    public void Line_of_an_answer_gives_the_answer_back(string kind, bool abstain)
    {
        CertificationLogEntry entry = Entry(kind, abstain);
        Abstained(entry).Should().Be(abstain);

        string line = LogRecord.Of(entry).ToJson();

        LogRecord.Parse(line, "log", 1).Entry.Should().Be(entry);
        LogRecord.Parse(line, "log", 1).ToJson().Should().Be(line);
    }

    [Fact]
    public void Abstention_of_mean_scores_without_a_label_is_read_as_earlier_versions_wrote_it()
    {
        CertificationLogEntry entry = Entry("scores", abstain: true);
        string line = LogRecord.Of(entry).ToJson(), earlier = line.Replace("\"soft\":{\"label\":null,", "\"soft\":{");

        earlier.Should().NotBe(line);
        LogRecord.Parse(earlier, "log", 1).Entry.Should().Be(entry);
    }

    [Fact]
    public void Log_of_mean_scores_with_an_abstention_can_be_resumed()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("log-record-");
        string path = Path.Combine(folder.FullName, "log.tsv");
        using (CertificationLogWriter begun = CertificationLogWriter.Open(path, LogSamples.Meta(), resume: false))
            begun.Append(0, 1, Scores(abstain: true), TimeSpan.FromSeconds(1));

        using (CertificationLogWriter resumed = CertificationLogWriter.Open(path, LogSamples.Meta(), resume: true))
        {
            resumed.LastIndex.Should().Be(0);
            resumed.Append(1, 1, Scores(abstain: false), TimeSpan.FromSeconds(1));
            resumed.End();
        }

        CertificationLogEntry.ReadAll(path).Select(static entry => entry.Soft!.Label).Should().Equal(null, 2);
        folder.Delete(recursive: true);
    }

    private static CertificationLogEntry Entry(string kind, bool abstain)
    {
        CertificationLogEntry entry = new() { Fingerprint = "ab12", Index = 7, Label = 2, Seconds = 1.5 };
        return kind switch
        {
            "votes" => entry with { Certificate = LogSamples.Certificate(7, abstain) },
            "prediction" => entry with { Prediction = LogSamples.Prediction(abstain) },
            "scores" => entry with { Soft = Scores(abstain) },
            _ => entry with { Transferred = Transferred(abstain) },
        };
    }

    private static bool Abstained(CertificationLogEntry entry) => (entry.Certificate?.Label ?? entry.Prediction?.Label ?? entry.Soft?.Label
        ?? entry.Transferred?.Label) is null;

    private static SoftCertificate Scores(bool abstain)
    {
        ScoreSums none = new(), label = new();
        for (int i = 0; i < 1000; i++)
            label.Add(abstain ? .51 : .99);
        return new SoftCertifier().Certify(2, [none, none, label], new GridGaussianRule(.25, 784)) with
        {
            Provenance = LogSamples.Certificate(7).Provenance,
        };
    }

    private static TransferredCertificate Transferred(bool abstain) => s_transfer.Conclude(
        LogSamples.Certificate(7), abstain ? new VoteCounts(600, 300, 50, 50) : new VoteCounts(990, 2, 4, 4));
}

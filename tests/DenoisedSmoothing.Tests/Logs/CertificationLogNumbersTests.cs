using System.Text.RegularExpressions;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Logs;

/// <summary>Every number of a line of JSON and of the settings beside a log is a plain, finite one.</summary>
public sealed partial class CertificationLogNumbersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("1e999")]
    [InlineData("-1e999")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("\"1\"")]
    [InlineData("\"NaN\"")]
    [InlineData("+1")]
    [InlineData("0x1")]
    [InlineData("1.")]
    public void Parse_number_of_another_form_is_refused_wherever_it_is(string number)
    {
        foreach (CertificationLogEntry entry in new[] { Entry(LogSamples.Certificate(7), null), Entry(null, LogSamples.Prediction()) })
        {
            string line = entry.ToJson();
            MatchCollection numbers = Number().Matches(line);
            numbers.Count.Should().BeGreaterThan(10);
            foreach (Match one in numbers)
            {
                string changed = line[..one.Index] + number + line[(one.Index + one.Length)..];
                Action act = () => CertificationLogEntry.Parse(changed, "log.jsonl", 3);
                act.Should().Throw<InvalidDataException>(changed).WithMessage("log.jsonl, line 3:*");
            }
        }
    }

    [Fact]
    public void Find_kind_given_as_a_number_is_refused()
    {
        string log = _folder.PathOf("log.tsv"), path = CertificationLogMeta.PathFor(log);
        LogSamples.Meta().Write(log);
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"certify\"", "7", StringComparison.Ordinal));
        Action act = () => CertificationLogMeta.Find(log);
        act.Should().Throw<InvalidDataException>().WithMessage("*not the settings of a log*");
    }

    private static CertificationLogEntry Entry(Certificate? certificate, Prediction? prediction) => new()
    {
        Fingerprint = "f",
        Index = 7,
        Label = 2,
        Seconds = 1.5,
        Certificate = certificate,
        Prediction = prediction,
    };

    // Numbers outside of strings: behind a colon, a bracket or a comma.
    [GeneratedRegex(@"(?<=[:\[,])-?\d[\d.eE+\-]*(?=[,\]}])")]
    private static partial Regex Number();
}

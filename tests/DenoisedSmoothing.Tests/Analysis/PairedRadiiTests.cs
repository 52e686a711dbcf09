using DenoisedSmoothing.Analysis;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tests.Analysis;

public sealed class PairedRadiiTests
{
    [Fact]
    public void Of_is_the_mean_of_the_differences_with_its_standard_error()
    {
        // Image 1 is wrong in the second log, so it counts with 0 there; image 3 is in the first alone.
        LogAnalysis first = Read("0\t1\t1\t0.5\t1\t1\n1\t1\t1\t0.3\t1\t1\n2\t1\t1\t0.2\t1\t1\n3\t1\t1\t9\t1\t1\n");
        LogAnalysis second = Read("0\t1\t1\t0.1\t1\t1\n1\t1\t2\t0.9\t0\t1\n2\t1\t1\t0.7\t1\t1\n");

        PairedRadii pairs = PairedRadii.Of(first, second);

        // Differences 0.4, 0.3, -0.5: mean 1/15, and their standard deviation over the root of 3.
        pairs.Images.Should().Be(3);
        pairs.MeanDifference.Should().BeApproximately(1 / 15.0, 1e-12);
        pairs.StandardError.Should().BeApproximately(0.2848001248439177, 1e-12);
        PairedRadii.Of(second, first).MeanDifference.Should().BeApproximately(-1 / 15.0, 1e-12);
    }

    [Fact]
    public void Of_one_image_has_no_standard_error_and_predictions_are_refused()
    {
        LogAnalysis log = Read("0\t1\t1\t0.5\t1\t1\n"), predictions = Read("0\t1\t1\t1\t1\n", "idx\tlabel\tpredict\tcorrect\ttime\n");

        PairedRadii.Of(log, log).StandardError.Should().BeNull();
        FluentActions.Invoking(() => PairedRadii.Of(log, predictions)).Should().Throw<InvalidDataException>().WithMessage("*no radius*");
    }

    private static LogAnalysis Read(string rows, string header = "idx\tlabel\tpredict\tradius\tcorrect\ttime\n")
    {
        using MemoryStream stream = new(System.Text.Encoding.UTF8.GetBytes(header + rows));
        return new LogAnalysis(CertificationLog.Read(stream, "log.tsv"));
    }
}

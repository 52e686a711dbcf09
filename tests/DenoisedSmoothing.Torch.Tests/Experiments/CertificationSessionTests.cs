using DenoisedSmoothing.Data;
using DenoisedSmoothing.Experiments;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Experiments;

/// <summary>A log from which lines were lost must not go on behind them and end as a whole one.</summary>
public sealed class CertificationSessionTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("certification-session-");

    private string Log => Path.Combine(_folder.FullName, "log.tsv");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Open_refuses_a_log_that_lost_the_line_of_an_image()
    {
        Whole();
        Without(image: 4);

        Refused("*image 4 of this run is not in it, and image 6 is*");
    }

    [Fact]
    public void Open_refuses_a_log_that_lost_an_image_that_was_passed_over()
    {
        Whole();
        File.WriteAllLines(Log + ".jsonl", File.ReadAllLines(Log + ".jsonl").Where(line => !line.Contains("\"skipped\":\"")
            && !line.Contains("\"end\"")));

        Refused("*image 2 of this run is not in it, and image 4 is*");
    }

    [Fact]
    public void Open_refuses_a_log_with_an_image_of_another_run()
    {
        Whole();
        File.WriteAllText(Log, File.ReadAllText(Log).Replace("\n8\t", "\n9\t"));
        File.WriteAllText(Log + ".jsonl", File.ReadAllText(Log + ".jsonl").Replace("\"index\":8,", "\"index\":9,"));

        Refused("*image 8 of this run is not in it, and image 9 is*");
    }

    [Fact]
    public void Open_goes_on_with_every_beginning_of_a_log()
    {
        Whole();
        string[] table = File.ReadAllLines(Log), json = File.ReadAllLines(Log + ".jsonl");
        for (int lines = 0; lines < json.Length; lines++)
        {
            File.WriteAllLines(Log, table.Take(1 + json.Take(lines).Count(line => line.Contains("\"certificate\""))));
            File.WriteAllLines(Log + ".jsonl", json.Take(lines));
            using CertificationSession session = Run().Open();
            session.Left.Count.Should().Be(5 - Math.Min(lines, 5));
        }
    }

    private void Refused(string message)
    {
        string table = File.ReadAllText(Log), json = File.ReadAllText(Log + ".jsonl");
        for (int time = 0; time < 2; time++)
            FluentActions.Invoking(() => Run().Open()).Should().Throw<InvalidDataException>().WithMessage(message);
        (File.ReadAllText(Log), File.ReadAllText(Log + ".jsonl")).Should().Be((table, json));
    }

    private void Without(int image)
    {
        File.WriteAllLines(Log, File.ReadAllLines(Log).Where(line => !line.StartsWith($"{image}\t")));
        File.WriteAllLines(Log + ".jsonl", File.ReadAllLines(Log + ".jsonl").Where(line => !line.Contains($"\"index\":{image},")
            && !line.Contains("\"end\"")));
    }

    private void Whole()
    {
        using CertificationSession session = Run().Open();
        session.Run().Select(outcome => outcome.Index).Should().Equal(0, 4, 6, 8);
    }

    private CertificationRun Run() => new()
    {
        Images = new Broken(),
        Range = new DatasetRange { Skip = 2 },
        SkipUnreadable = true,
        BaseClassifier = new Named(new LinearClassifier([0, 1], -.5), "certified"),
        Noise = new GridGaussianNoise(.25),
        Certifier = new CohenCertifier(n0: 4, n: 20, alpha: .05),
        Batch = 16,
        Seed = 1,
        LogPath = Log,
        Resume = true,
    };

    // Image 2 cannot be read.
    private sealed class Broken : IImageDataset
    {
        public int Count => 10;

        public IReadOnlyList<string> ClassNames => ["dark", "bright"];

        public string Fingerprint => "broken";

        public string ImageName(int index) => $"image {index}";

        public int Label(int index) => index % 2;

        public ImageShape? ShapeOf(int index) => new ImageShape(1, 1, 2);

        public Tensor Image(int index) => index == 2 ? throw new InvalidDataException("image 2 is broken")
            : tensor([1f, 1], [1, 1, 2]);
    }
}

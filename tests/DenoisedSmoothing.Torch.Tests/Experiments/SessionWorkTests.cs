using DenoisedSmoothing.Data;
using DenoisedSmoothing.Experiments;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Experiments;

/// <summary>Images that a session is given one by one.</summary>
public class SessionWorkTests
{
    [Fact]
    public void Model_that_cancels_itself_has_failed_at_the_image()
    {
        using CertificationSession session = Run(new FakeClassifier(2, noisy => noisy.mean().item<float>() > .5
            ? throw new TaskCanceledException("a model far away timed out")
            : zeros(noisy.shape[0], 2))).Open();

        WorkOutcome[] outcomes = [.. session.Work([0, 3, 1]).OrderBy(static outcome => outcome.Index)];

        outcomes.Select(static outcome => outcome.Index).Should().Equal(0, 1, 3);
        outcomes[2].Error.Should().BeOfType<TaskCanceledException>().Which.Message.Should().Be("a model far away timed out");
        outcomes[..2].Should().OnlyContain(static outcome => outcome.Entry != null && outcome.Error == null);
    }

    [Fact]
    public void Work_that_is_stopped_fails_no_image()
    {
        using CancellationTokenSource source = new();
        using CertificationSession session = Run(new FakeClassifier(2, noisy =>
        {
            source.Cancel();
            return zeros(noisy.shape[0], 2);
        })).Open();
        Action act = () => session.Work([0, 1], cancellationToken: source.Token).ToArray();

        act.Should().Throw<OperationCanceledException>().Which.CancellationToken.Should().Be(source.Token);
    }

    private static CertificationRun Run(IBaseClassifier classifier) => new()
    {
        Images = new Shades(),
        BaseClassifier = new Named(classifier, "certified"),
        Noise = new GridGaussianNoise(.01),
        Certifier = new CohenCertifier(n0: 4, n: 20, alpha: .05),
        Batch = 16,
        Seed = 1,
    };

    // The last of four is bright.
    private sealed class Shades : IImageDataset
    {
        public int Count => 4;

        public IReadOnlyList<string> ClassNames => ["dark", "bright"];

        public string Fingerprint => "shades";

        public string ImageName(int index) => $"image {index}";

        public int Label(int index) => index / 3;

        public ImageShape? ShapeOf(int index) => new ImageShape(1, 1, 2);

        public Tensor Image(int index) => full([1, 1, 2], index == 3 ? 1f : .1f);
    }
}

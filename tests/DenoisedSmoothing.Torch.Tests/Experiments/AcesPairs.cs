using DenoisedSmoothing.Data;
using DenoisedSmoothing.Experiments;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Testing;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Experiments;

/// <summary>
/// A run of a model with a core over images of two pixels: the first says whether one is selected, the second what it is.
/// </summary>
internal static class AcesPairs
{
    public static CohenCertifier Certifier { get; } = new(n0: 10, n: 200, alpha: .05);

    public static AcesCertificationRun Run(string path, ulong? seed) => new()
    {
        Certification = new CertificationRun
        {
            Images = new Pairs(10),
            BaseClassifier = new Named(new LinearClassifier([0, 1], -.5), "certified"),
            Noise = new GridGaussianNoise(.25),
            Certifier = Certifier,
            Batch = 16,
            Seed = seed,
            LogPath = path,
            Resume = true,
        },
        Selector = new Named(new LinearClassifier([1, 0], -.5)),
        Selection = "by the first pixel",
        Core = new Dark("core"),
    };

    /// <summary>A core model that says the same of every image.</summary>
    internal sealed class Dark(string name, int label = 0) : IClassifier, IDescribed
    {
        public int ClassCount => 2;

        public PartInfo Info => new(name);

        public Tensor Classify(Tensor images) => tensor(new float[,] { { 1 - label, label } });
    }

    internal sealed class Pairs(int count, string fingerprint = "pairs", int mislabelled = -1) : IImageDataset
    {
        public int Count => count;

        public IReadOnlyList<string> ClassNames => ["dark", "bright"];

        public string Fingerprint => fingerprint;

        public string ImageName(int index) => $"pair {index}";

        public int Label(int index) => index == mislabelled ? 1 - index % 2 : index % 2;

        public ImageShape? ShapeOf(int index) => new ImageShape(1, 1, 2);

        public Tensor Image(int index) => tensor([index % 3 == 0 ? 0f : 1, index % 2 == 0 ? 0f : 1], [1, 1, 2]);
    }
}

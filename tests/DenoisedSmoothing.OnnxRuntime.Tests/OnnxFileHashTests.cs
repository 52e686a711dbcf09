using System.Security.Cryptography;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.OnnxRuntime.Tests;

public sealed class OnnxFileHashTests : IDisposable
{
    private readonly OnnxModels _models = new();

    public void Dispose() => _models.Dispose();

    [Fact]
    public void Of_one_file_is_its_sha256()
    {
        string path = _models.Classifier("n", 6);
        OnnxFileHash.Of(path).Should().Be(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))));
    }

    [Fact]
    public void Of_weights_beside_the_model_counts_them()
    {
        string path = OnnxModels.ClassifierGraph()
            .Input("images", OnnxType.Float, "n", 3, 4, 4)
            .ExternalConstant("weight", OnnxType.Float, [3, 4], "weights.bin")
            .Output("logits", OnnxType.Float, "n", 4)
            .Save(_models.PathOf("external.onnx"));
        string weights = _models.PathOf("weights.bin");
        File.WriteAllBytes(weights, OnnxModel.Raw(OnnxType.Float, OnnxModels.Weights));
        using OnnxClassifier before = OnnxClassifier.Load(path);
        File.WriteAllBytes(weights, OnnxModel.Raw(OnnxType.Float, [.. OnnxModels.Weights.Select(weight => weight + 1)]));
        using OnnxClassifier after = OnnxClassifier.Load(path);
        after.Info.Fingerprint.Should().NotBe(before.Info.Fingerprint);
    }

    [Fact]
    public void Of_a_cut_file_is_an_error()
    {
        string path = _models.Classifier("n", 6);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^20]);
        Action act = () => OnnxFileHash.Of(path);
        act.Should().Throw<CheckpointException>().WithMessage("*cut short*");
    }
}

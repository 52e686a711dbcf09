using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Models;

/// <summary>Against archs/cifar_resnet.py of Cohen et al. under the goldens' synthetic weights (cifar_resnet110.*).</summary>
public class CifarResNetTests
{
    [Fact]
    public void StateDict_resnet110_has_the_references_names_and_shapes()
    {
        using CifarResNet network = new(110, 10, ResNetShortcut.Convolution);
        Parity.Keys(network).Should().BeEquivalentTo(Parity.GoldenKeys("cifar_resnet110.keys.tsv"));
    }

    [Fact]
    public void Forward_resnet110_equals_the_reference()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        CifarResNet network = new(110, 10, ResNetShortcut.Convolution);
        SyntheticWeights.Fill(network);
        network.eval();
        using SafetensorsFile golden = SafetensorsFile.Open(Golden.PathOf("cifar_resnet110.safetensors"));
        Tensor output = network.call(golden.Read("input"));
        Parity.RelativeError(output, golden.Read("logits")).Should().BeLessThan(1e-4);
    }

    /// <summary>
    /// Trained weights, and the logits that akamaster/pytorch_resnet_cifar10 itself gives for a golden input in [-2,2), normalised as in
    /// its training.
    /// </summary>
    [SkippableFact]
    public void Forward_trained_resnet20_equals_the_reference()
    {
        string folder = SharedData.PathOf("data/pretrained/resnet20-cifar10");
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        CifarResNet network = new(20, 10, ResNetShortcut.Pad);
        using SafetensorsFile weights = SafetensorsFile.Open(Path.Combine(folder, "resnet20.safetensors"));
        using SafetensorsFile expected = SafetensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
        StateDict.Load(network, weights);
        using ModuleClassifier classifier = new(network, 10, Normalization.ImageNet);
        Tensor logits = classifier.Classify(SyntheticWeights.Input(1000071, [8, 3, 32, 32], -2, 2));
        Parity.RelativeError(logits, expected.Read("logits")).Should().BeLessThan(1e-5);
    }

    [Theory]
    [InlineData(ResNetShortcut.Pad)]
    [InlineData(ResNetShortcut.Convolution)]
    public void Network_leaks_nothing_moves_whole_and_trains(ResNetShortcut shortcut) =>
        Parity.ShouldBehave(() => new CifarResNet(14, 10, shortcut), 2, 3, 32, 32);

    [Fact]
    public void Forward_wrong_channels_says_what_it_takes()
    {
        using CifarResNet network = new(20, 10, ResNetShortcut.Pad, inChannels: 1);
        using Tensor x = zeros(2, 3, 28, 28);
        Action act = () => network.call(x);
        act.Should().Throw<ArgumentException>().WithMessage("*CifarResNet takes grey images; yours are 3x28x28. Read them as grey*");
    }

    [Fact]
    public void Constructor_depth_not_6n_plus_2_is_refused()
    {
        Action act = () => _ = new CifarResNet(18, 10, ResNetShortcut.Pad);
        act.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*6n + 2*");
    }
}

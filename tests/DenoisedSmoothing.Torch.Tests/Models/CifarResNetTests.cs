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

    [Fact]
    public void Constructor_depth_not_6n_plus_2_is_refused()
    {
        Action act = () => _ = new CifarResNet(18, 10, ResNetShortcut.Pad);
        act.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*6n + 2*");
    }
}

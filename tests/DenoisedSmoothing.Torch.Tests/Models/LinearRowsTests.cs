using DenoisedSmoothing.Models;
using DenoisedSmoothing.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Models;

/// <summary>
/// libtorch adds the bias of a linear layer inside of the product where the input has two dimensions, and by a pass of its own where it has
/// more, which took a card a sixth of all time.
/// </summary>
public class LinearRowsTests
{
    [Theory]
    [InlineData("Beit", 32)]
    [InlineData("VisionTransformer", 32)]
    [InlineData("ConvNext", 32)]
    [InlineData("ConvNext, second version", 32)]
    [InlineData("SwinTransformer", 32)]
    [InlineData("DiffusionUNet, guided", 8)]
    [InlineData("UNet2DModel", 8)]
    [InlineData("EdmUNet, Song", 16)]
    [InlineData("EdmUNet, Dhariwal", 16)]
    public void Linear_layers_take_rows(string name, int side)
    {
        using nn.Module network = DisposalTests.Networks[name]();
        network.eval();
        List<string> wrong = [];
        int calls = 0;
        foreach ((string layer, nn.Module module) in network.named_modules())
        {
            (module as Linear)?.register_forward_pre_hook((_, input) =>
            {
                calls++;
                if (input.dim() != 2)
                    wrong.Add($"{layer}: {input.dim()}");
                return input;
            });
        }

        using (no_grad())
        using (Tensor x = zeros(2, IImageNetwork.InputOf(network)!.Channels!.Value, side, side), times = ones(2))
        {
            (network switch
            {
                nn.Module<Tensor, Tensor> one => one.call(x),
                nn.Module<Tensor, Tensor, Tensor> two => two.call(x, times),
                _ => throw new InvalidOperationException(name),
            }).Dispose();
        }

        calls.Should().BePositive();
        wrong.Should().BeEmpty();
    }
}

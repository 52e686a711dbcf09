using DenoisedSmoothing.Kernels;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Parts;
using DenoisedSmoothing.Torch.Tests.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Models;

/// <summary>
/// libtorch adds the bias of a linear layer inside of the product where the input has two dimensions, and by a pass of its own where it has
/// more, which took a card a sixth of all time.
/// </summary>
[Collection(nameof(LibTorch.AllowTf32))]
public sealed class LinearRowsTests : IDisposable
{
    private const int N = 2;

    // Its own: libtorch's is the process's, and tests beside these draw from it.
    private static readonly Generator s_random = new(5, CPU);

    private readonly bool _tf32x3 = GpuKernels.Tf32x3;

    public static TheoryData<string, int> Networks { get; } = new()
    {
        { "Beit", 32 },
        { "VisionTransformer", 32 },
        { "ConvNext", 32 },
        { "ConvNext, second version", 32 },
        { "SwinTransformer", 32 },
        { "DiffusionUNet, guided", 8 },
        { "UNet2DModel", 8 },
        { "EdmUNet, Song", 16 },
        { "EdmUNet, Dhariwal", 16 },
    };

    public void Dispose() => GpuKernels.Tf32x3 = _tf32x3;

    [Theory]
    [MemberData(nameof(Networks))]
    public void Linear_layers_take_rows(string name, int side)
    {
        using nn.Module network = DisposalTests.Networks[name]();
        network.eval();
        List<string> wrong = [];
        int calls = 0;
        Hear(network, (layer, input) =>
        {
            calls++;
            if (input.dim() != 2)
                wrong.Add($"{layer}: {input.dim()}");
        });
        using (no_grad())
        using (Tensor x = Images(network, side))
            Run(network, x).Dispose();

        calls.Should().BePositive();
        wrong.Should().BeEmpty();
    }

    [SkippableTheory]
    [MemberData(nameof(Networks))]
    public void Products_of_rows_are_split_where_cards_want_that(string name, int side)
    {
        (LibTorch.AllowTf32, GpuKernels.Tf32x3) = (false, true); // as the first use of a card leaves them
        CpuDriver driver = CpuDriver.OrSkip();
        CpuTensorCores cores = new();
        using nn.Module network = DisposalTests.Networks[name]();
        network.eval();
        using IDisposable inference = inference_mode();
        foreach (Tensor parameter in network.parameters())
            parameter.add_(randn(parameter.shape, generator: s_random).mul_(.05)); // zeroed layers would hide what is before them
        using Tensor x = Images(network, side), plain = Run(network, x);
        List<string> left = [];
        Hear(network, (layer, input) =>
        {
            if (input.size(0) > N)
                left.Add(layer);
        });
        using IDisposable kernels = GpuKernels.Replace(new KernelCalls(driver, new SplitProduct(driver, cores, fewest: 0)));
        using Tensor split = Run(network, x);

        left.Should().BeEmpty("these have rows of more than an image's features");
        cores.Asked.Should().NotBeEmpty();
        split.shape.Should().Equal(plain.shape);
        double error = ((split - plain).norm() / plain.norm()).item<float>();
        error.Should().BeLessThan(2e-5);

        int asked = cores.Asked.Count;
        GpuKernels.Tf32x3 = false;
        Run(network, x).Dispose();
        cores.Asked.Should().HaveCount(asked, "they are switched off");
    }

    private static Tensor Images(nn.Module network, int side) =>
        rand([N, IImageNetwork.InputOf(network)!.Channels!.Value, side, side], generator: s_random);

    private static Tensor Run(nn.Module network, Tensor x)
    {
        using Tensor times = ones(N);
        return network switch
        {
            nn.Module<Tensor, Tensor> one => one.call(x),
            nn.Module<Tensor, Tensor, Tensor> two => two.call(x, times),
            _ => throw new InvalidOperationException(network.GetName()),
        };
    }

    private static void Hear(nn.Module network, Action<string, Tensor> called)
    {
        foreach ((string layer, nn.Module module) in network.named_modules())
        {
            (module as Linear)?.register_forward_pre_hook((_, input) =>
            {
                called(layer, input);
                return input;
            });
        }
    }
}

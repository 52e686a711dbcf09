using DenoisedSmoothing.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models;

/// <summary>
/// The denoiser DnCNN (Zhang et al. 2017) as Salman et al. 2020 train it (archs/dncnn.py): convolutions, batch norms and ReLUs predict
/// the noise, y = x - f(x). Takes noisy images [N,C,H,W] in [0,1] and returns [N,C,H,W]; one set of weights per noise level.
/// </summary>
public sealed class DnCnn : Module<Tensor, Tensor>, IImageNetwork
{
    // The field carries the reference's name: TorchSharp makes the state_dict's names from it.
    private readonly Sequential dncnn;

    /// <summary>Builds the network: the identity until it is trained or loaded.</summary>
    /// <param name="inChannels">Channels of the image, C.</param>
    /// <param name="depth">Convolutions, at least 2.</param>
    /// <param name="width">Channels inside: 64 for the reference's cifar_dncnn and imagenet_dncnn, 128 for cifar_dncnn_wide.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below its minimum.</exception>
    public DnCnn(int inChannels = 3, int depth = 17, int width = 64) : base(nameof(DnCnn))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        using BuildScope building = new(this);
        Input = new InputShape(inChannels);
        List<Module<Tensor, Tensor>> layers = [Convolution(inChannels, width, bias: true), ReLU(inplace: true)];
        for (int i = 0; i < depth - 2; i++)
            layers.AddRange([Convolution(width, width, bias: false), BatchNorm2d(width, eps: 1e-4, momentum: 0.95), ReLU(inplace: true)]);
        Conv2d last = Convolution(width, inChannels, bias: false);
        init.zeros_(last.weight);
        dncnn = Sequential([.. layers, last]);
        RegisterComponents();
    }

    /// <summary>What images it takes.</summary>
    public InputShape Input { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is not [N,C,H,W] with this network's C.</exception>
    public override Tensor forward(Tensor x)
    {
        NetworkInput.Require(x, nameof(DnCnn), Input);

        using Tensor noise = Noise(x);
        return x - noise;
    }

    // A convolution and ReLU, then convolutions with norm and ReLU, then a convolution.
    private Tensor Noise(Tensor x)
    {
        int last = (int)dncnn.Count - 1;
        Tensor h = NormedConvolution.Run((Conv2d)dncnn[0], null, x, relu: true);
        for (int i = 2; i < last; i += 3)
            h = NormedConvolution.Consume((Conv2d)dncnn[i], (BatchNorm2d)dncnn[i + 1], h, relu: true);
        return NormedConvolution.Consume((Conv2d)dncnn[last], null, h, relu: false);
    }

    private static Conv2d Convolution(int channels, int outChannels, bool bias)
    {
        Conv2d layer = Conv2d(channels, outChannels, 3, padding: 1, bias: bias);
        init.orthogonal_(layer.weight);
        if (bias)
            init.zeros_(layer.bias);
        return layer;
    }
}

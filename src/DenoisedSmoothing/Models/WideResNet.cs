using DenoisedSmoothing.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models;

/// <summary>
/// The wide residual network of Zagoruyko and Komodakis 2016: depth 6n + 4, stages 16k, 32k and 64k wide, norm and ReLU before each
/// convolution. Takes images [N,C,H,W] and returns logits [N,K]. WRN-28-10 under RobustBench's state_dict names ("Standard"; also
/// archs/wrn.py of Salman et al.).
/// </summary>
/// <remarks>The reference pools 8x8 pixels and so takes only 32x32 images; here the mean is over all remaining pixels.</remarks>
public sealed class WideResNet : Module<Tensor, Tensor>, IImageNetwork
{
    // Fields carry the reference's names: TorchSharp makes the state_dict's names from them.
    private readonly Module<Tensor, Tensor> conv1, bn1, fc;
    private readonly NetworkBlock block1, block2, block3;

    /// <summary>Builds the network with random weights.</summary>
    /// <param name="depth">16, 22, 28, 40 ...: 6n + 4.</param>
    /// <param name="widenFactor">k, at least 1.</param>
    /// <param name="classCount">Classes K, at least 2.</param>
    /// <param name="inChannels">Channels of the image, C.</param>
    /// <exception cref="ArgumentOutOfRangeException">The depth is not 6n + 4, or a count is below its minimum.</exception>
    public WideResNet(int depth = 28, int widenFactor = 10, int classCount = 10, int inChannels = 3) : base(nameof(WideResNet))
    {
        if (depth < 10 || (depth - 4) % 6 != 0)
            throw new ArgumentOutOfRangeException(nameof(depth), depth, "The depth of a wide ResNet is 6n + 4: 16, 22, 28, 40 ...");
        ArgumentOutOfRangeException.ThrowIfLessThan(widenFactor, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(inChannels, 1);
        using BuildScope building = new(this);
        int blocks = (depth - 4) / 6, width = 16 * widenFactor;
        Input = new InputShape(inChannels);
        conv1 = Conv2d(inChannels, 16, 3, padding: 1, bias: false);
        block1 = new NetworkBlock(blocks, 16, width, stride: 1);
        block2 = new NetworkBlock(blocks, width, 2 * width, stride: 2);
        block3 = new NetworkBlock(blocks, 2 * width, 4 * width, stride: 2);
        bn1 = BatchNorm2d(4 * width);
        fc = Linear(4 * width, classCount);
        RegisterComponents();
    }

    /// <summary>What images it takes.</summary>
    public InputShape Input { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is not [N,C,H,W] with this network's C.</exception>
    public override Tensor forward(Tensor x)
    {
        NetworkInput.Require(x, nameof(WideResNet), Input);

        using DisposeScope scope = NewDisposeScope();
        Tensor h = block3.Consume(block2.Consume(block1.Consume(conv1.call(x))));
        return fc.call(bn1.Consume(h).relu_().mean([2, 3])).MoveToOuterDisposeScope();
    }

    private sealed class NetworkBlock : Module<Tensor, Tensor>
    {
        private readonly Sequential layer;

        public NetworkBlock(int blocks, int channels, int outChannels, int stride) : base(nameof(NetworkBlock))
        {
            layer = Sequential(Enumerable.Range(0, blocks)
                .Select(block => new BasicBlock(block == 0 ? channels : outChannels, outChannels, block == 0 ? stride : 1)));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => layer.call(x);
    }

    private sealed class BasicBlock : Module<Tensor, Tensor>
    {
        private readonly BatchNorm2d bn1;
        private readonly Conv2d conv1;
        private readonly BatchNorm2d bn2;
        private readonly Conv2d conv2;
        private readonly Conv2d? convShortcut;

        public BasicBlock(int channels, int outChannels, int stride) : base(nameof(BasicBlock))
        {
            bn1 = BatchNorm2d(channels);
            conv1 = Conv2d(channels, outChannels, 3, stride: stride, padding: 1, bias: false);
            bn2 = BatchNorm2d(outChannels);
            conv2 = Conv2d(outChannels, outChannels, 3, padding: 1, bias: false);
            convShortcut = channels == outChannels ? null : Conv2d(channels, outChannels, 1, stride: stride, bias: false);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor activated = bn1.call(x).relu_();
            // A shortcut that widens starts after the first norm and ReLU; others start before them.
            Tensor shortcut = convShortcut is null ? x : NormedConvolution.Run(convShortcut, null, activated, relu: false);
            Tensor h = NormedConvolution.Consume(conv1, bn2, activated, relu: true);
            return NormedConvolution.Consume(conv2, null, h, relu: false).PlusInPlace(shortcut).MoveToOuterDisposeScope();
        }
    }
}

using DenoisedSmoothing.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models;

/// <summary>How a <see cref="CifarResNet"/> widens its shortcuts.</summary>
public enum ResNetShortcut
{
    /// <summary>Every second pixel, channels padded with zeros (option A of He et al.; akamaster/pytorch_resnet_cifar10).</summary>
    Pad,

    /// <summary>A 1x1 convolution with batch norm under the name <c>downsample</c> (archs/cifar_resnet.py of Cohen et al.).</summary>
    Convolution,
}

/// <summary>
/// The residual networks for small images of He et al. 2015, section 4.2: depth 6n + 2, widths w, 2w, 4w. Takes normalised images
/// [N,C,H,W] and returns logits [N,K]. ResNet-20 of akamaster/pytorch_resnet_cifar10 and ResNet-110 of Cohen et al. under their state_dict
/// names.
/// </summary>
public sealed class CifarResNet : Module<Tensor, Tensor>, IImageNetwork
{
    // Fields carry the reference's names: TorchSharp makes the state_dict's names from them.
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Sequential layer1, layer2, layer3;
    private readonly Module<Tensor, Tensor>? linear, fc;

    /// <summary>Builds the network with random weights.</summary>
    /// <param name="depth">20, 32, 44, 56, 110 ...: 6n + 2.</param>
    /// <param name="classCount">Classes K, at least 2.</param>
    /// <param name="shortcut">How the shortcut widens; it also decides the classifier's name: <c>linear</c> for Pad, <c>fc</c> for
    /// Convolution.</param>
    /// <param name="inChannels">Channels of the image, C.</param>
    /// <param name="width">Channels of the first stage, w.</param>
    /// <exception cref="ArgumentOutOfRangeException">The depth is not 6n + 2, or a count is below its minimum.</exception>
    public CifarResNet(int depth, int classCount, ResNetShortcut shortcut, int inChannels = 3, int width = 16) : base(nameof(CifarResNet))
    {
        if (depth < 8 || (depth - 2) % 6 != 0)
            throw new ArgumentOutOfRangeException(nameof(depth), depth, "The depth of a CIFAR ResNet is 6n + 2: 20, 32, 44, 56, 110 ...");
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(inChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);

        using BuildScope building = new(this);
        Input = new InputShape(inChannels);
        conv1 = Conv2d(inChannels, width, 3, padding: 1, bias: false);
        bn1 = BatchNorm2d(width);
        layer1 = Stage(width, width, stride: 1);
        layer2 = Stage(width, 2 * width, stride: 2);
        layer3 = Stage(2 * width, 4 * width, stride: 2);
        Module<Tensor, Tensor> classifier = Linear(4 * width, classCount);
        if (shortcut == ResNetShortcut.Pad)
            linear = classifier;
        else
            fc = classifier;
        RegisterComponents();

        Sequential Stage(int channels, int wanted, int stride) => Sequential(Enumerable.Range(0, (depth - 2) / 6)
            .Select(block => new BasicBlock(block == 0 ? channels : wanted, wanted, block == 0 ? stride : 1, shortcut)));
    }

    /// <summary>What images it takes.</summary>
    public InputShape Input { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is not [N,C,H,W] with this network's C.</exception>
    public override Tensor forward(Tensor x)
    {
        NetworkInput.Require(x, nameof(CifarResNet), Input);
        using DisposeScope scope = NewDisposeScope();
        Tensor h = NormedConvolution.Run(conv1, bn1, x, relu: true);
        h = layer3.call(layer2.call(layer1.call(h)));
        return (linear ?? fc)!.call(h.mean([2, 3])).MoveToOuterDisposeScope();
    }

    private sealed class BasicBlock : Module<Tensor, Tensor>
    {
        private readonly Conv2d conv1;
        private readonly BatchNorm2d bn1;
        private readonly Conv2d conv2;
        private readonly BatchNorm2d bn2;
        private readonly Sequential? downsample;
        private readonly int _stride, _added;

        public BasicBlock(int channels, int outChannels, int stride, ResNetShortcut shortcut) : base(nameof(BasicBlock))
        {
            _stride = stride;
            _added = outChannels - channels;
            conv1 = Conv2d(channels, outChannels, 3, stride: stride, padding: 1, bias: false);
            bn1 = BatchNorm2d(outChannels);
            conv2 = Conv2d(outChannels, outChannels, 3, padding: 1, bias: false);
            bn2 = BatchNorm2d(outChannels);
            if (shortcut == ResNetShortcut.Convolution && (stride != 1 || _added != 0))
                downsample = Sequential(Conv2d(channels, outChannels, 1, stride: stride, bias: false), BatchNorm2d(outChannels));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor h = NormedConvolution.Run(conv1, bn1, x, relu: true);
            h = NormedConvolution.Consume(conv2, bn2, h, relu: false);
            return nn.functional.relu(h.Plus(Shortcut(x)), inplace: true).MoveToOuterDisposeScope();
        }

        private Tensor Shortcut(Tensor x)
        {
            if (downsample is not null)
                return NormedConvolution.Run((Conv2d)downsample[0], (BatchNorm2d)downsample[1], x, relu: false);
            if (_stride == 1 && _added == 0)
                return x;
            Tensor strided = x.slice(2, 0, x.shape[2], _stride).slice(3, 0, x.shape[3], _stride);
            return nn.functional.pad(strided, [0, 0, 0, 0, _added / 2, _added / 2]);
        }
    }
}

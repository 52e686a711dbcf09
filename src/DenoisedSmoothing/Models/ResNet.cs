using DenoisedSmoothing.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models;

/// <summary>
/// The residual network for photos of He et al. 2015 (ResNet-18 to ResNet-152), with the wide and grouped forms that followed, under
/// torchvision's state_dict names (torchvision/models/resnet.py), which timm's plain ones use too. Takes normalised images [N,C,H,W] of any
/// size and returns logits [N,K].
/// </summary>
public sealed class ResNet : Module<Tensor, Tensor>, IImageNetwork
{
    // Fields carry the reference's names: TorchSharp makes the state_dict's names from them.
    private readonly Module<Tensor, Tensor> conv1, bn1;
    private readonly Sequential layer1, layer2, layer3, layer4;
    private readonly Module<Tensor, Tensor> fc;

    /// <summary>Builds the network with random weights.</summary>
    /// <param name="options">Its shape.</param>
    /// <exception cref="ArgumentException">The stages are not four, or a size is not a multiple of what divides it.</exception>
    public ResNet(ResNetOptions options) : base(Checked(options).Describe())
    {
        using BuildScope building = new(this);
        Options = options;
        Input = new InputShape(options.InChannels);
        conv1 = Conv2d(options.InChannels, options.StemWidth, 7, stride: 2, padding: 3, bias: false);
        bn1 = BatchNorm2d(options.StemWidth);
        layer1 = Stage(0, options.StemWidth, options.DownsampleInFirstStage ? 2 : 1);
        layer2 = Stage(1, options.Widths[0], 2);
        layer3 = Stage(2, options.Widths[1], 2);
        layer4 = Stage(3, options.Widths[2], 2);
        fc = Linear(options.Widths[3], options.ClassCount);
        RegisterComponents();

        Sequential Stage(int stage, int channels, int stride) => Sequential(Enumerable.Range(0, options.Depths[stage])
            .Select(block => new Block(options, block == 0 ? channels : options.Widths[stage], options.Widths[stage],
                block == 0 ? stride : 1)));
    }

    /// <summary>What images it takes.</summary>
    public InputShape Input { get; }

    /// <summary>The network's shape.</summary>
    public ResNetOptions Options { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is not [N,C,H,W] with this network's C.</exception>
    public override Tensor forward(Tensor x)
    {
        NetworkInput.Require(x, nameof(ResNet), Input);
        using DisposeScope scope = NewDisposeScope();
        // With channels-last images everything that follows is channels-last. The weights keep the plain layout: rearranging them while the
        // network is built was seen to leave holes of half its size in the process's memory.
        Tensor lastly = x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        Tensor h = nn.functional.relu(bn1.Consume(conv1.Consume(lastly)), inplace: true);
        Tensor pooled = nn.functional.max_pool2d(h, 3, 2, 1);
        h.Dispose();
        h = layer4.Consume(layer3.Consume(layer2.Consume(layer1.Consume(pooled))));
        return fc.call(h.mean([2, 3])).MoveToOuterDisposeScope();
    }

    private static ResNetOptions Checked(ResNetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return options;
    }

    /// <summary>Both kinds of block in the reference: only the bottleneck has a third convolution.</summary>
    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> conv1, bn1, conv2, bn2;
        private readonly Module<Tensor, Tensor>? conv3, bn3;
        private readonly Sequential? downsample;

        public Block(ResNetOptions options, int channels, int outChannels, int stride) : base(nameof(Block))
        {
            if (options.Bottleneck)
            {
                int inside = outChannels / options.Reduction;
                bool early = options.StrideInFirstConvolution;
                conv1 = Conv2d(channels, inside, 1, stride: early ? stride : 1, bias: false);
                conv2 = Conv2d(inside, inside, 3, stride: early ? 1 : stride, padding: 1, groups: options.Groups, bias: false);
                (bn1, bn2) = (BatchNorm2d(inside), BatchNorm2d(inside));
                conv3 = Conv2d(inside, outChannels, 1, bias: false);
                bn3 = BatchNorm2d(outChannels);
            }
            else
            {
                conv1 = Conv2d(channels, outChannels, 3, stride: stride, padding: 1, bias: false);
                conv2 = Conv2d(outChannels, outChannels, 3, padding: 1, bias: false);
                (bn1, bn2) = (BatchNorm2d(outChannels), BatchNorm2d(outChannels));
            }

            if (stride != 1 || channels != outChannels)
                downsample = Sequential(
                    Conv2d(channels, outChannels, 1, stride: stride, bias: false), BatchNorm2d(outChannels));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor h = nn.functional.relu(bn1.Consume(conv1.call(x)), inplace: true);
            h = bn2.Consume(conv2.Consume(h));
            if (conv3 is not null)
                h = bn3!.Consume(conv3.Consume(nn.functional.relu(h, inplace: true)));
            Tensor shortcut = downsample is null ? x : downsample.call(x);
            return nn.functional.relu(h.Plus(shortcut), inplace: true).MoveToOuterDisposeScope();
        }
    }
}

using DenoisedSmoothing.Parts;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models;

/// <summary>
/// The small network of the field's MNIST and Fashion-MNIST tables: two convolutions of 5x5 with 20 and 50 channels, each followed by
/// 2x2 max-pooling, and two linear layers; 431,080 parameters for 10 classes. Takes grey images [N,1,28,28] and returns logits [N,K].
/// Under the state_dict names of archs/lenet.py of MACER, SmoothMix and CAT-RS.
/// </summary>
public sealed class LeNet : Module<Tensor, Tensor>, IImageNetwork
{
    private const int Side = 28, Features = 50 * 4 * 4;

    // Fields carry the reference's names: TorchSharp makes the state_dict's names from them.
    private readonly Module<Tensor, Tensor> conv1, conv2, fc1, fc2;

    /// <summary>Builds the network with random weights.</summary>
    /// <param name="classCount">Classes K, at least 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than two classes.</exception>
    public LeNet(int classCount) : base(nameof(LeNet))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 2);

        using BuildScope building = new(this);
        Input = new InputShape(1, Side, Side);
        // libtorch pools channels-last images by vectors of channels, but others element by element, which took half of a pass.
        conv1 = ChannelsLast.Conv2d(1, 20, 5);
        conv2 = ChannelsLast.Conv2d(20, 50, 5);
        fc1 = Linear(Features, 500);
        fc2 = Linear(500, classCount);
        RegisterComponents();
    }

    /// <summary>What images it takes.</summary>
    public InputShape Input { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is not [N,1,28,28].</exception>
    public override Tensor forward(Tensor x)
    {
        NetworkInput.Require(x, nameof(LeNet), Input);
        using DisposeScope scope = NewDisposeScope();
        Tensor h = functional.relu(functional.max_pool2d(conv1.call(x), 2), inplace: true); // in either order; less of it after pooling
        h = functional.relu(functional.max_pool2d(conv2.call(h), 2), inplace: true);
        h = functional.relu(fc1.call(h.flatten(1)), inplace: true);
        return fc2.call(h).MoveToOuterDisposeScope();
    }
}

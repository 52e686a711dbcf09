using DenoisedSmoothing.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models;

/// <summary>
/// The denoiser MemNet (Tai et al. 2017) as Salman et al. 2020 train it (archs/memnet.py): memory blocks of residual units, each with a
/// gate that sees the block's own units and every earlier block. Takes noisy images [N,C,H,W] in [0,1] and returns [N,C,H,W]; one set of
/// weights per noise level.
/// </summary>
public sealed class MemNet : Module<Tensor, Tensor>, IImageNetwork
{
    // Fields carry the reference's names: TorchSharp makes the state_dict's names from them.
    private readonly Sequential feature_extractor, reconstructor;
    private readonly ModuleList<MemoryBlock> dense_memory = new();

    /// <summary>Builds the network with random weights.</summary>
    /// <param name="inChannels">Channels of the image, C.</param>
    /// <param name="width">Channels inside.</param>
    /// <param name="memoryBlocks">Memory blocks, at least 1.</param>
    /// <param name="residualUnits">Residual units per memory block, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public MemNet(int inChannels = 3, int width = 64, int memoryBlocks = 3, int residualUnits = 6) : base(nameof(MemNet))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(memoryBlocks, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(residualUnits, 1);
        using BuildScope building = new(this);
        Input = new InputShape(inChannels);
        feature_extractor = NormReluConvolution(inChannels, width, kernel: 3);
        reconstructor = NormReluConvolution(width, inChannels, kernel: 3);
        for (int block = 1; block <= memoryBlocks; block++)
            dense_memory.Add(new MemoryBlock(width, residualUnits, memories: block));
        RegisterComponents();
    }

    /// <summary>What images it takes.</summary>
    public InputShape Input { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is not [N,C,H,W] with this network's C.</exception>
    public override Tensor forward(Tensor x)
    {
        NetworkInput.Require(x, nameof(MemNet), Input);

        using DisposeScope scope = NewDisposeScope();
        List<Tensor> memories = [Run(feature_extractor, x)];
        foreach (MemoryBlock block in dense_memory)
            memories.Add(block.Remember(memories));
        return Run(reconstructor, memories[^1]).PlusInPlace(x).MoveToOuterDisposeScope();
    }

    private static Sequential NormReluConvolution(int channels, int outChannels, int kernel) => Sequential(
        ("bn", BatchNorm2d(channels)),
        ("relu", ReLU(inplace: true)),
        ("conv", Conv2d(channels, outChannels, kernel, padding: kernel / 2, bias: false)));

    private static Tensor Run(Sequential normReluConvolution, Tensor x) =>
        NormedConvolution.Consume(ConvolutionOf(normReluConvolution), null, Activated(normReluConvolution, x), relu: false);

    private static Tensor Activated(Sequential normReluConvolution, Tensor x) => NormOf(normReluConvolution).call(x).relu_();

    private static BatchNorm2d NormOf(Sequential normReluConvolution) => (BatchNorm2d)normReluConvolution[0];

    private static Conv2d ConvolutionOf(Sequential normReluConvolution) => (Conv2d)normReluConvolution[2];

    private sealed class MemoryBlock : Module
    {
        private readonly ModuleList<ResidualUnit> recursive_unit = new();
        private readonly Sequential gate_unit;

        public MemoryBlock(int width, int residualUnits, int memories) : base(nameof(MemoryBlock))
        {
            for (int unit = 0; unit < residualUnits; unit++)
                recursive_unit.Add(new ResidualUnit(width));
            gate_unit = NormReluConvolution((residualUnits + memories) * width, width, kernel: 1);
            RegisterComponents();
        }

        /// <summary>The units continue from the last memory; the gate sees their results, then all memories so far.</summary>
        public Tensor Remember(List<Tensor> memories)
        {
            using DisposeScope scope = NewDisposeScope();
            List<Tensor> results = [];
            foreach (ResidualUnit unit in recursive_unit)
                results.Add(unit.call(results.Count == 0 ? memories[^1] : results[^1]));
            using Tensor all = cat([.. results, .. memories], 1);
            return MemNet.Run(gate_unit, all).MoveToOuterDisposeScope();
        }
    }

    private sealed class ResidualUnit : Module<Tensor, Tensor>
    {
        private readonly Sequential relu_conv1, relu_conv2;

        public ResidualUnit(int width) : base(nameof(ResidualUnit))
        {
            relu_conv1 = NormReluConvolution(width, width, kernel: 3);
            relu_conv2 = NormReluConvolution(width, width, kernel: 3);
            RegisterComponents();
        }

        // The second norm directly follows the first convolution.
        public override Tensor forward(Tensor x)
        {
            Tensor between = NormedConvolution.Consume(
                ConvolutionOf(relu_conv1), NormOf(relu_conv2), Activated(relu_conv1, x), relu: true);
            return NormedConvolution.Consume(ConvolutionOf(relu_conv2), null, between, relu: false).PlusInPlace(x);
        }
    }
}

using DenoisedSmoothing.Models.UNet2D;
using DenoisedSmoothing.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models;

/// <summary>
/// The unconditional U-Net of huggingface/diffusers (UNet2DModel): same state_dict names, same numbers. Takes x [N,C,H,W] in the model's
/// own scaling and a timestep for each row [N], and returns [N,OutChannels,H,W]: what the network was trained to predict.
/// </summary>
/// <remarks>
/// H and W must be divisible by 2 to the power of the number of levels minus one. Rows are independent. Files are opened with
/// <see cref="Hub.PretrainedDiffusion"/>, which also reads the names that diffusers gave attention before 0.15.
/// </remarks>
public sealed class UNet2DModel : Module<Tensor, Tensor, Tensor>, IOneTimestepNetwork, IImageNetwork
{
    // The library's own kernels want this, as in openai's networks.
    private const int KernelChannels = 32;

    // Fields carry the reference's names: TorchSharp makes the state_dict's names from them.
    private readonly Conv2d conv_in, conv_out;
    private readonly FourierProjection? time_proj;
    private readonly TimestepEmbedding2D time_embedding;
    private readonly ModuleList<DownBlock2D> down_blocks = new();
    private readonly MidBlock2D? mid_block;
    private readonly ModuleList<UpBlock2D> up_blocks = new();
    private readonly GroupNorm conv_norm_out;
    private readonly Linear[] _timeLayers;

    /// <summary>Builds the network with random weights.</summary>
    /// <param name="options">Its shape.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public UNet2DModel(UNet2DModelOptions options) : base(Checked(options).Describe())
    {
        using BuildScope building = new(this);
        Options = options;
        IReadOnlyList<int> widths = options.BlockChannels;
        int levels = widths.Count, first = widths[0], channels = first;
        Input = new InputShape(options.InChannels, multiple: 1 << (levels - 1));
        bool fourier = options.TimeEmbedding == UNet2DTimeEmbedding.Fourier;
        conv_in = ChannelsLast.Conv2d(options.InChannels, first, 3, padding: 1);
        time_proj = fourier ? new FourierProjection(first) : null;
        time_embedding = new TimestepEmbedding2D(fourier ? 2 * first : first, options.EmbeddingWidth);
        Stack<int> skips = new([first]);
        for (int level = 0; level < levels; level++)
        {
            bool last = level == levels - 1;
            down_blocks.Add(new DownBlock2D(options.DownBlocks[level], channels, widths[level], last, options));
            channels = widths[level];
            for (int layer = 0; layer < options.LayersPerBlock + (last ? 0 : 1); layer++)
                skips.Push(channels);
        }

        mid_block = options.MidBlock ? new MidBlock2D(channels, options) : null;
        for (int level = levels - 1; level >= 0; level--)
        {
            int[] taken = [.. Enumerable.Range(0, options.LayersPerBlock + 1).Select(_ => skips.Pop())];
            up_blocks.Add(new UpBlock2D(options.UpBlocks[levels - 1 - level], channels, taken, widths[level], level == 0, options));
            channels = widths[level];
        }

        conv_norm_out = UNet2DLayers.Norm(options.NormGroups, first, options.NormEpsilon);
        conv_out = ChannelsLast.Conv2d(first, options.OutChannels, 3, padding: 1);
        RegisterComponents();
        _timeLayers = [.. modules().OfType<ResnetBlock2D>().Select(static block => block.TimeLayer)];
    }

    /// <summary>What images it takes.</summary>
    public InputShape Input { get; }

    /// <summary>The network's shape.</summary>
    public UNet2DModelOptions Options { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x, Tensor timesteps)
    {
        CheckInput(x, timesteps);
        return InSlices(x, timesteps, Options.OutChannels);
    }

    /// <inheritdoc/>
    Tensor IOneTimestepNetwork.Predict(Tensor x, double timestep, bool variance)
    {
        using Tensor one = full(1, Kept(timestep), ScalarType.Float32, x.device), all = one.expand(x.shape[0]);
        CheckInput(x, all);
        return InSlices(x, one, variance ? Options.OutChannels : Math.Min(Options.OutChannels, Options.InChannels));
    }

    private Tensor InSlices(Tensor x, Tensor timesteps, int channels)
    {
        long first = 0;
        // On the way up, a block's widest input has up to three widths.
        return RowSlices.Run(x, 3L * Options.BlockChannels[0] * x.shape[2] * x.shape[3], rows =>
        {
            using DisposeScope scope = NewDisposeScope();
            long count = rows.shape[0], start = first;
            first += count;
            return Run(rows, timesteps.shape[0] == 1 ? timesteps : timesteps.narrow(0, start, count), channels).MoveToOuterDisposeScope();
        });
    }

    /// <summary>Timesteps [N], or [1] for all rows.</summary>
    private Tensor Run(Tensor x, Tensor timesteps, int channels)
    {
        using DisposeScope scope = NewDisposeScope();
        ImageOperations operations = Options.BlockChannels.All(width => width % KernelChannels == 0)
            ? ImageOperations.For(x)
            : PlainImageOperations.Instance;
        Tensor times = timesteps.to_type(ScalarType.Float32);
        Tensor told = time_proj?.call(times)
            ?? SinusoidalEmbedding.Of(times, Options.BlockChannels[0], Options.FrequencyShift, Options.FlipSinToCos);
        // Every block begins with it.
        Tensor activated = Activations.Silu(time_embedding.call(told.to_type(x.dtype)));
        operations.Prepare(_timeLayers, activated);
        Stack<FeatureMap> skips = new();
        FeatureMap h = operations.Settle(operations.Convolve(conv_in, Options.CenterInput ? x.mul(Kept(2)).sub_(Kept(1)) : x.alias()));
        skips.Push(h);
        foreach (DownBlock2D block in down_blocks)
            block.Run(operations, skips.Peek(), activated, skips);
        h = mid_block is null ? new FeatureMap(skips.Peek().Values.clone()) : mid_block.Run(operations, skips.Peek(), activated);
        foreach (UpBlock2D block in up_blocks)
            h = block.Run(operations, h, activated, skips);
        Tensor last;
        using (h)
            last = operations.Norm(conv_norm_out, h, null, null, silu: true);
        Tensor output = ChannelsLast.Call(conv_out, last, channels).contiguous();
        return (time_proj is null ? output : output / times.to_type(x.dtype).reshape(-1, 1, 1, 1)).MoveToOuterDisposeScope();
    }

    private static UNet2DModelOptions Checked(UNet2DModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return options;
    }

    private void CheckInput(Tensor x, Tensor timesteps)
    {
        NetworkInput.Require(x, nameof(UNet2DModel), Input);
        NetworkInput.RequireTimesteps(x, timesteps);
    }
}

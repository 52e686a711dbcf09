using DenoisedSmoothing.Models.UNet;
using DenoisedSmoothing.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Upsample = DenoisedSmoothing.Models.UNet.Upsample;

namespace DenoisedSmoothing.Models;

/// <summary>
/// The U-Net of openai/improved-diffusion and openai/guided-diffusion (unet.py, UNetModel): same state_dict names, same numbers.
/// Takes x [N,C,H,W] in the model's own scaling and a timestep for each row [N] (the value fed to the sinusoidal embedding), and returns
/// [N,OutChannels,H,W]: the predicted noise, followed, where learned, by the variance's interpolation.
/// </summary>
/// <remarks>
/// H and W must be divisible by 2 to the power of the number of levels minus one. Rows are independent. A class-conditional network
/// (<see cref="DiffusionUNetOptions.ClassCount"/>) takes labels too: <see cref="forward(Tensor, Tensor, Tensor)"/>.
/// </remarks>
public sealed class DiffusionUNet : Module<Tensor, Tensor, Tensor>, IOneTimestepNetwork, IImageNetwork
{
    // Fields carry the reference's names: TorchSharp makes the state_dict's names from them.
    private readonly Sequential time_embed;
    private readonly Module<Tensor, Tensor>? label_emb;
    private readonly ModuleList<Stage> input_blocks = new();
    private readonly Stage middle_block;
    private readonly ModuleList<Stage> output_blocks = new();
    private readonly Sequential @out;
    private readonly Linear[] _timeLayers;

    /// <summary>Builds the network with random weights.</summary>
    /// <param name="options">Its shape.</param>
    /// <exception cref="ArgumentException">
    /// A width is not a multiple of 32, or cannot be divided among the heads; or a count is below its minimum.
    /// </exception>
    public DiffusionUNet(DiffusionUNetOptions options) : base(Checked(options).Describe())
    {
        using BuildScope building = new(this);
        Options = options;
        Input = new InputShape(options.InChannels, multiple: 1 << (options.ChannelMultipliers.Count - 1));
        int width = options.ModelChannels, embedding = 4 * width;
        time_embed = Sequential(Linear(width, embedding), SiLU(), Linear(embedding, embedding));
        if (options.ClassCount is { } classes)
            label_emb = Embedding(classes, embedding);

        int channels = options.ChannelsAt(0), factor = 1, levels = options.ChannelMultipliers.Count;
        Stack<int> skips = new([channels]);
        input_blocks.Add(new Stage(ChannelsLast.Conv2d(options.InChannels, channels, 3, padding: 1)));
        for (int level = 0; level < levels; level++)
        {
            for (int block = 0; block < options.ResidualBlocks; block++)
            {
                int wanted = options.ChannelsAt(level);
                input_blocks.Add(new Stage([new ResBlock(channels, wanted, embedding, options), .. Attend(wanted, upsampling: false)]));
                channels = wanted;
                skips.Push(channels);
            }

            if (level < levels - 1)
            {
                input_blocks.Add(new Stage(options.ResBlockUpDown
                    ? new ResBlock(channels, channels, embedding, options, Resample.Down)
                    : new Downsample(channels, options.ConvResample)));
                factor *= 2;
                skips.Push(channels);
            }
        }

        middle_block = new Stage(
            new ResBlock(channels, channels, embedding, options),
            new AttentionBlock(channels, options, upsampling: false),
            new ResBlock(channels, channels, embedding, options));

        for (int level = levels - 1; level >= 0; level--)
        {
            for (int block = 0; block <= options.ResidualBlocks; block++)
            {
                int wanted = options.ChannelsAt(level);
                List<Module> layers = [new ResBlock(channels + skips.Pop(), wanted, embedding, options),
                    .. Attend(wanted, upsampling: true)];
                channels = wanted;
                if (level > 0 && block == options.ResidualBlocks)
                {
                    layers.Add(options.ResBlockUpDown
                        ? new ResBlock(channels, channels, embedding, options, Resample.Up)
                        : new Upsample(channels, options.ConvResample));
                    factor /= 2;
                }

                output_blocks.Add(new Stage([.. layers]));
            }
        }

        @out = Sequential(UNetLayers.Norm(channels), SiLU(),
            UNetLayers.Zero(ChannelsLast.Conv2d(channels, options.OutChannels, 3, padding: 1)));

        RegisterComponents();
        _timeLayers = [.. modules().OfType<ResBlock>().Select(static block => block.TimeLayer)];

        IEnumerable<Module> Attend(int wanted, bool upsampling) =>
            options.AttentionFactors.Contains(factor) ? [new AttentionBlock(wanted, options, upsampling)] : [];
    }

    /// <summary>What images it takes.</summary>
    public InputShape Input { get; }

    /// <summary>The network's shape.</summary>
    public DiffusionUNetOptions Options { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x, Tensor timesteps)
    {
        if (label_emb is not null)
            throw new InvalidOperationException("This DiffusionUNet is class-conditional: it needs labels too.");
        CheckInput(x, timesteps);
        return InSlices(x, timesteps, labels: null, Options.OutChannels);
    }

    /// <inheritdoc/>
    Tensor IOneTimestepNetwork.Predict(Tensor x, double timestep, bool variance)
    {
        using Tensor one = full(1, Kept(timestep), ScalarType.Float32, x.device), all = one.expand(x.shape[0]);
        // The labels of a class-conditional network are missing here too, as in forward.
        if (label_emb is not null)
            return forward(x, all);
        CheckInput(x, all);
        return InSlices(x, one, labels: null, variance ? Options.OutChannels : Math.Min(Options.OutChannels, Options.InChannels));
    }

    /// <summary>Predicts with the class of each row given, for a class-conditional network.</summary>
    /// <param name="x">[N,C,H,W] in the network's own scaling.</param>
    /// <param name="timesteps">[N], as without labels.</param>
    /// <param name="labels">int64 [N], each in [0, ClassCount).</param>
    /// <returns>[N,OutChannels,H,W].</returns>
    /// <exception cref="InvalidOperationException">The network is not class-conditional.</exception>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    public Tensor forward(Tensor x, Tensor timesteps, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (label_emb is null)
            throw new InvalidOperationException("This DiffusionUNet is not class-conditional: it takes no labels.");
        CheckInput(x, timesteps);
        if (labels.dim() != 1 || labels.shape[0] != x.shape[0])
            throw new ArgumentException($"One label per row is needed: [{x.shape[0]}]; got [{string.Join(',', labels.shape)}].",
                nameof(labels));
        return InSlices(x, timesteps, labels, Options.OutChannels);
    }

    private Tensor InSlices(Tensor x, Tensor timesteps, Tensor? labels, int channels)
    {
        long first = 0;
        // On the way up, a block's widest input has about three times the base width.
        return RowSlices.Run(x, 3L * Options.ModelChannels * x.shape[2] * x.shape[3], rows =>
        {
            using DisposeScope scope = NewDisposeScope();
            long count = rows.shape[0], start = first;
            first += count;
            Tensor result = Run(rows, timesteps.shape[0] == 1
                ? timesteps
                : timesteps.narrow(0, start, count), labels?.narrow(0, start, count), channels);
            return result.MoveToOuterDisposeScope();
        });
    }

    /// <summary>Timesteps [N], or [1] for all rows.</summary>
    private Tensor Run(Tensor x, Tensor timesteps, Tensor? labels, int channels)
    {
        using DisposeScope scope = NewDisposeScope();
        ImageOperations operations = ImageOperations.For(x);
        Tensor embedding = time_embed.call(SinusoidalEmbedding.Of(timesteps, Options.ModelChannels).to_type(x.dtype));
        if (labels is not null)
            embedding = embedding.Plus(label_emb!.call(labels));
        // Every block begins with it.
        Tensor activated = nn.functional.silu(embedding);
        operations.Prepare(_timeLayers, activated);
        Stack<FeatureMap> skips = new();
        FeatureMap h = new(x);
        foreach (Stage stage in input_blocks)
            skips.Push(h = stage.Run(operations, h, null, activated));
        h = middle_block.Run(operations, h, null, activated);
        foreach (Stage stage in output_blocks)
        {
            (FeatureMap images, FeatureMap? behind) = operations.Join(h, skips.Pop());
            using (images)
            using (behind)
                h = stage.Run(operations, images, behind, activated);
        }

        Tensor last;
        using (h)
            last = operations.Norm((GroupNorm)@out[0], h, null, null, silu: true);
        return ChannelsLast.Call((Conv2d)@out[2], last, channels).contiguous().MoveToOuterDisposeScope();
    }

    private static DiffusionUNetOptions Checked(DiffusionUNetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return options;
    }

    private void CheckInput(Tensor x, Tensor timesteps)
    {
        NetworkInput.Require(x, nameof(DiffusionUNet), Input);
        NetworkInput.RequireTimesteps(x, timesteps);
    }

}

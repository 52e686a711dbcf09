using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models.Edm;

/// <summary>Sines and cosines of the noise level's label (PositionalEmbedding, FourierEmbedding).</summary>
internal sealed class EdmNoiseEmbedding : Module<Tensor, Tensor>
{
    private const double FourierScale = 16;

    private readonly Tensor? freqs;
    private readonly int _channels;
    private readonly bool _song;

    public EdmNoiseEmbedding(EdmUNetOptions options) : base(nameof(EdmNoiseEmbedding))
    {
        (_channels, _song) = (options.NoiseChannels, options.IsSong);
        if (options.Fourier)
            freqs = randn(_channels / 2).mul_(Kept(FourierScale)).DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <summary>[N] to [N,C].</summary>
    public override Tensor forward(Tensor noise)
    {
        using DisposeScope scope = NewDisposeScope();
        int half = _channels / 2;
        Tensor frequencies = freqs is not null
            ? freqs.to_type(ScalarType.Float32) * Kept(2 * Math.PI)
            : (Counting(0, half, float32, noise.device) / Kept(_song ? half - 1 : half) * Kept(-Math.Log(10000))).exp();
        Tensor angles = noise.to_type(ScalarType.Float32).unsqueeze(1) * frequencies.unsqueeze(0);
        // SongUNet swaps the halves.
        return (_song ? cat([sin(angles), cos(angles)], 1) : cat([cos(angles), sin(angles)], 1)).MoveToOuterDisposeScope();
    }
}

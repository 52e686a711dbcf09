using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models.UNet2D;

/// <summary>Two linear layers over the timestep's sines and cosines (TimestepEmbedding).</summary>
internal sealed class TimestepEmbedding2D : Module<Tensor, Tensor>
{
    private readonly Linear linear_1, linear_2;

    public TimestepEmbedding2D(int channels, int width) : base(nameof(TimestepEmbedding2D))
    {
        (linear_1, linear_2) = (Linear(channels, width), Linear(width, width));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using Tensor hidden = Activations.Silu(linear_1.call(x));
        return linear_2.call(hidden);
    }
}

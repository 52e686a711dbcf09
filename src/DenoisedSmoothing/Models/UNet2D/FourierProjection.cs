using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models.UNet2D;

/// <summary>Sines and cosines of ln(t) at random frequencies (GaussianFourierProjection).</summary>
internal sealed class FourierProjection : Module<Tensor, Tensor>
{
    private const double Scale = 16;

    // A parameter in diffusers too, though it is never trained.
    private readonly Parameter weight;

    public FourierProjection(int channels) : base(nameof(FourierProjection))
    {
        weight = TransformerWeights.Own(randn(channels).mul_(Kept(Scale)));
        weight.requires_grad = false;
        RegisterComponents();
    }

    /// <summary>[N] to [N,2C].</summary>
    public override Tensor forward(Tensor timesteps)
    {
        using DisposeScope scope = NewDisposeScope();
        // In the order of the reference: the angles are large and magnify the last bit.
        Tensor angles = timesteps.log().unsqueeze(1) * weight.unsqueeze(0) * Kept(2) * Kept(Math.PI);
        return cat([sin(angles), cos(angles)], 1).MoveToOuterDisposeScope();
    }
}

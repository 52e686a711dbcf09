using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models;

/// <summary>
/// Layers on tensors that the caller owns and no longer needs: a dispose scope alone would keep every intermediate tensor until its end,
/// and what is alive at once limits a network's largest batch.
/// </summary>
internal static class Activations
{
    /// <summary>Calls the layer and frees its input.</summary>
    public static Tensor Consume(this IModule<Tensor, Tensor> layer, Tensor input)
    {
        using (input)
            return layer.call(input);
    }

    /// <summary>x sigmoid(x), in the memory of x where no gradient needs it.</summary>
    public static Tensor Silu(Tensor x)
    {
        if (!x.requires_grad)
            return x.silu_();
        using (x)
            return nn.functional.silu(x);
    }

    /// <summary>
    /// The exact (erf) GELU; frees x. Not in its memory: out of place, oneDNN computes it, which was measured to be three to six times as
    /// fast.
    /// </summary>
    public static Tensor Gelu(Tensor x)
    {
        using (x)
            return nn.functional.gelu(x);
    }
}

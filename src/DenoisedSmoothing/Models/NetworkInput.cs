using static TorchSharp.torch;

namespace DenoisedSmoothing.Models;

/// <summary>The check shared by networks over images: early, and with a message that says what is taken.</summary>
internal static class NetworkInput
{
    /// <summary>Refuses anything but [N,C,H,W] of the network's shape.</summary>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public static void Require(Tensor x, string network, InputShape input)
    {
        ArgumentNullException.ThrowIfNull(x);
        long[] shape = x.shape;
        if (shape.Length != 4)
            throw new ArgumentException($"This {network} takes {input} as a batch [N,C,H,W]; got [{string.Join(',', shape)}].", nameof(x));
        input.Require(shape, $"This {network}");
    }

    /// <summary>Refuses anything but one timestep for each row.</summary>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public static void RequireTimesteps(Tensor x, Tensor timesteps)
    {
        ArgumentNullException.ThrowIfNull(timesteps);
        if (timesteps.dim() != 1 || timesteps.shape[0] != x.shape[0])
            throw new ArgumentException(
                $"One timestep per row is needed: [{x.shape[0]}]; got [{string.Join(',', timesteps.shape)}].", nameof(timesteps));
    }
}

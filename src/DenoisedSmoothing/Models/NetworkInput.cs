using System.Globalization;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Models;

/// <summary>The check that networks over images share: early, and in words that say what is taken.</summary>
internal static class NetworkInput
{
    /// <summary>Refuses what is not [N,C,H,W], or [N,C,S,S] where the network has one size.</summary>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public static void Require(Tensor x, string network, int channels, int? size = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.dim() == 4 && x.shape[1] == channels && (size is null || (x.shape[2] == size && x.shape[3] == size)))
            return;
        string wanted = size is { } side ? string.Create(CultureInfo.InvariantCulture, $"{side},{side}") : "H,W";
        string remedy = size is null ? "" : " Resize in the classifier around it.";
        throw new ArgumentException(
            string.Create(CultureInfo.InvariantCulture, $"This {network} takes [N,{channels},{wanted}]; got [{string.Join(',', x.shape)}].{remedy}"), nameof(x));
    }
}

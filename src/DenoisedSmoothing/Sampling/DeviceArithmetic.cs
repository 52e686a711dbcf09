using System.Globalization;
using DenoisedSmoothing.Kernels;
using TorchSharp;

namespace DenoisedSmoothing.Sampling;

/// <summary>
/// The arithmetic as written in certificates: a network's own type, followed by what cards do other than plain operations, or by the fact
/// that a CPU used plain operations in float32, where it would normally use the library's own convolutions.
/// </summary>
internal static class DeviceArithmetic
{
    /// <summary>What a card uses.</summary>
    /// <param name="Name">The device.</param>
    /// <param name="WhyNoKernels">Null where it uses the library's own kernels.</param>
    /// <param name="Tf32x3">Whether float32 products are computed as three in TF32.</param>
    /// <param name="WhyNoTf32x3">Why not, where they would be faster.</param>
    internal sealed record Card(string Name, string? WhyNoKernels, bool Tf32x3, string? WhyNoTf32x3 = null);

    /// <summary>The arithmetic of one function on some devices.</summary>
    /// <param name="precision">The network's own, as in <see cref="PartInfo.Precision"/>.</param>
    /// <param name="devices">CPU, or cards.</param>
    /// <exception cref="InvalidOperationException">
    /// Some of the devices use the library's own kernels and others cannot, or float32 products are not the same on all.
    /// </exception>
    public static string On(string precision, IEnumerable<torch.Device> devices)
    {
        Card[] cards =
        [
            .. devices.Where(static device => device.type == DeviceType.CUDA)
                .Select(static card => new Card(card.ToString(), GpuKernels.WhyNot(card), GpuKernels.TakesTf32x3(card),
                    GpuKernels.WhyNotTf32x3(card))),
        ];
        return cards.Length > 0 ? Of(precision, cards, Tf32.Allowed)
            : IsSingle(precision) && !CpuKernels.Taken ? precision + "+plain"
            : precision;
    }

    /// <summary>The same, from what cards use.</summary>
    /// <param name="precision">The network's own.</param>
    /// <param name="cards">At least one.</param>
    /// <param name="tf32">Whether TF32 is allowed.</param>
    internal static string Of(string precision, IReadOnlyList<Card> cards, bool tf32)
    {
        const string Differ = "The replicas compute in different ways, so they are different functions: ";
        bool kernels = cards[0].WhyNoKernels is null, split = IsSingle(precision) && cards[0].Tf32x3;
        if (cards.Any(card => card.WhyNoKernels is null != kernels))
        {
            Card without = cards.First(static card => card.WhyNoKernels is not null);
            throw new InvalidOperationException($"{Differ}on {without.Name} the library's own kernels cannot be taken "
                + $"({without.WhyNoKernels}). Set GpuKernels.Enabled to false, or the environment variable DENOISED_SMOOTHING_KERNELS "
                + "to 0.");
        }

        if (IsSingle(precision) && cards.Any(card => card.Tf32x3 != split))
        {
            Card without = cards.First(static card => !card.Tf32x3);
            string why = without.WhyNoTf32x3 is { } reason ? $" ({reason})" : "";
            throw new InvalidOperationException($"{Differ}products of float32 are three in TF32 on "
                + $"{cards.First(static card => card.Tf32x3).Name}, and not on {without.Name}{why}. "
                + "Set GpuKernels.Tf32x3 to false, or the environment variable DENOISED_SMOOTHING_TF32X3 to 0.");
        }

        return precision + (tf32 ? "+tf32" : "")
            + (kernels ? string.Create(CultureInfo.InvariantCulture, $"+kernels{GpuKernels.Version}") : "") + (split ? "+tf32x3" : "");
    }

    /// <summary>
    /// Whether something may be computed in float32: a network may have parts in several types, and a part that names its arithmetic in
    /// other words may use any.
    /// </summary>
    /// <param name="precision">The network's own.</param>
    internal static bool IsSingle(string precision) =>
        precision.Split('+').Any(static type => type is not ("bfloat16" or "float16" or "float64"));
}

using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training.Attacks;

/// <summary>What every attack requires of its arguments.</summary>
internal static class AttackArguments
{
    public static void Check(AttackTarget target, Tensor images, Tensor labels, double radius, StepRandom random)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(random);
        if (!(radius > 0) || double.IsInfinity(radius))
            throw new ArgumentOutOfRangeException(nameof(radius), radius,
                "The radius of an attack must be finite and above 0: a length in [0,1] pixel space.");
        if (labels.dim() != 1 || images.dim() < 2 || labels.shape[0] != images.shape[0])
            throw new ArgumentException(
                $"An attack takes images [B,C,H,W] and labels [B]; got [{string.Join(',', images.shape)}] and " +
                $"[{string.Join(',', labels.shape)}].", nameof(labels));
        using DisposeScope scope = NewDisposeScope();
        (double low, double high) = (images.min().to_type(ScalarType.Float64).item<double>(),
            images.max().to_type(ScalarType.Float64).item<double>());
        if (!(low >= 0 && high <= 1))
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"Attacked images are in [0,1]; these reach from {low} to {high}."), nameof(images));
    }
}

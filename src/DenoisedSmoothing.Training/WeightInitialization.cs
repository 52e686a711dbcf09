using System.Globalization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>Initial weights as a pure function of a seed: TorchSharp's own initialisation uses process-wide state.</summary>
/// <remarks>
/// Every parameter of two or more dimensions is drawn from N(0, gain^2 / fan_in). Parameters that the architecture initialises to zero (the
/// ends of residual branches) and one-dimensional ones (norms) keep their value; biases become 0.
/// </remarks>
/// <param name="Gain">Finite, above 0.</param>
public sealed record WeightInitialization(double Gain)
{
    /// <summary>Finite, above 0.</summary>
    public double Gain { get; init => field = Check(value); } = Check(Gain);

    /// <summary>Keeps the variance through linear layers: gain 1. The start for diffusion networks here.</summary>
    public static WeightInitialization Linear { get; } = new(1);

    /// <summary>Keeps the variance through ReLU, which halves it: gain sqrt(2) (He et al. 2015). For classifiers.</summary>
    public static WeightInitialization Relu { get; } = new(Math.Sqrt(2));

    /// <summary>Draws the weights of a network.</summary>
    /// <param name="network">Changed in place.</param>
    /// <param name="seed">The training's seed.</param>
    public void Apply(nn.Module network, int seed)
    {
        ArgumentNullException.ThrowIfNull(network);
        using var noGrad = no_grad();
        using var generator = new Generator((ulong)StepSeed.Of(seed, 0, stream: 2));
        foreach ((string name, Parameter parameter) in network.named_parameters())
        {
            using DisposeScope scope = NewDisposeScope();
            if (parameter.dim() < 2)
            {
                if (name.EndsWith("bias", StringComparison.Ordinal))
                    parameter.zero_();
                continue;
            }

            if (!parameter.any().item<bool>())
                continue;
            double fanIn = (double)parameter.numel() / parameter.shape[0];
            parameter.copy_(randn(parameter.shape, ScalarType.Float32, generator: generator).mul_(Kept(Gain / Math.Sqrt(fanIn))));
        }
    }

    private static double Check(double gain) => gain > 0 && double.IsFinite(gain)
        ? gain
        : throw new ArgumentOutOfRangeException(nameof(gain), gain,
            string.Create(CultureInfo.InvariantCulture, $"The gain of initial weights must be finite and above 0; it is {gain}."));
}

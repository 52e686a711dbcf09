using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>Initial weights as a pure function of a seed: TorchSharp's own initialisation draws on process-wide state.</summary>
internal static class WeightInitialization
{
    /// <summary>
    /// Draws every parameter of two or more dimensions from N(0, gain^2 / fan_in). Parameters that the architecture starts at zero
    /// (the ends of residual branches) and one-dimensional ones (norms, biases) keep their value, biases of drawn layers become 0.
    /// </summary>
    public static void Initialize(nn.Module network, int seed, double gain = 1)
    {
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
            parameter.copy_(randn(parameter.shape, ScalarType.Float32, generator: generator).mul_(gain / Math.Sqrt(fanIn)));
        }
    }
}

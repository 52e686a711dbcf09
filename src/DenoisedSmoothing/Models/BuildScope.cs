using TorchSharp;

namespace DenoisedSmoothing.Models;

/// <summary>
/// The dispose scope in which every network's constructor works. TorchSharp's initialisers return one more handle on the weight that they
/// fill, which nobody disposes and which keeps the weight in memory until the garbage collector happens to run. In a scope such handles end
/// with the constructor. Weights do not: layers detach theirs, and <see cref="TransformerWeights.Own"/> detaches a network's own.
/// </summary>
internal static class BuildScope
{
    /// <summary>Opened by the first line of a public network's constructor; its blocks are built inside of it.</summary>
    public static DisposeScope Open() => torch.NewDisposeScope();
}

using DenoisedSmoothing.Kernels;

namespace DenoisedSmoothing.Torch.Tests.Kernels;

/// <summary>Computes nothing, and remembers what was asked.</summary>
internal sealed class RecordingDriver : IKernelDriver
{
    public List<(string Kernel, KernelGrid Grid)> Launched { get; } = [];

    public int Multiprocessors { get; init; } = 132;

    /// <summary>What launching throws; null for nothing.</summary>
    public Exception? Fails { get; init; }

    public ITensorCores? OpenTensorCores() => null;

    public void Launch(string kernel, KernelGrid grid, ReadOnlySpan<KernelArgument> arguments)
    {
        Launched.Add((kernel, grid));
        if (Fails is not null)
            throw Fails;
    }
}

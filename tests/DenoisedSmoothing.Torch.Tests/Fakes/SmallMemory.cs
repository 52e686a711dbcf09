using System.Runtime.InteropServices;
using TorchSharp;

namespace DenoisedSmoothing.Testing;

/// <summary>A base classifier on a device whose memory bears so many rows: beyond them it fails in libtorch's words.</summary>
internal sealed class SmallMemory(IBaseClassifier inner, int mostRows, int failAfter = 0, string words = SmallMemory.Cpu)
    : IBaseClassifier, IDescribed
{
    // c10/core/CPUAllocator.cpp
    public const string Cpu =
        "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 4 bytes. Error "
        + "code 12 (Cannot allocate memory)";

    // c10/cuda/CUDACachingAllocator.cpp
    public const string Cuda =
        "CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 79.11 GiB of which 1.00 MiB is free.";

    public int ClassCount => inner.ClassCount;

    public PartInfo Info => new("small memory"); // the same for every replica

    /// <summary>The rows of every pass asked for.</summary>
    public List<long> Asked { get; } = [];

    public torch.Tensor Score(torch.Tensor noisy, NoiseContext noise)
    {
        Asked.Add(noisy.shape[0]);
        using torch.Tensor workspace = torch.zeros(1);
        return noisy.shape[0] > mostRows && Asked.Count > failAfter ? throw new ExternalException(words) : inner.Score(noisy, noise);
    }
}

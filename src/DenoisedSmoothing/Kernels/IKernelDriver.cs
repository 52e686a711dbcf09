namespace DenoisedSmoothing.Kernels;

/// <summary>Runs kernels on one device, in the order of the calls and after what libtorch has already queued there.</summary>
internal interface IKernelDriver
{
    /// <summary>How many blocks keep the device busy.</summary>
    int Multiprocessors { get; }

    /// <summary>Prepares products in TF32.</summary>
    /// <returns>Null where three of them are no faster than one in float32.</returns>
    /// <exception cref="InvalidOperationException">They are not available; the message has the reason.</exception>
    ITensorCores? OpenTensorCores();

    /// <summary>Starts a kernel; it may still run when this returns.</summary>
    /// <param name="kernel">Its name in kernels.cu.</param>
    /// <param name="grid">Blocks and threads.</param>
    /// <param name="arguments">In the kernel's own order.</param>
    /// <exception cref="InvalidOperationException">The driver refuses; the message has its reason.</exception>
    void Launch(string kernel, KernelGrid grid, ReadOnlySpan<KernelArgument> arguments);
}

/// <summary>How many blocks and threads a kernel runs on.</summary>
/// <param name="X">Blocks, first dimension.</param>
/// <param name="Y">Blocks, second dimension.</param>
/// <param name="Threads">In a block.</param>
/// <param name="SharedBytes">Shared memory of a block.</param>
internal readonly record struct KernelGrid(int X, int Y, int Threads, int SharedBytes);

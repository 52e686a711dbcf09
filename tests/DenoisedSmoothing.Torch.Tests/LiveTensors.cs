using TorchSharp;

namespace DenoisedSmoothing.Testing;

/// <summary>How many tensors this thread has left alive: the process-wide count would see the tests that run beside this one.</summary>
internal static class LiveTensors
{
    public static long Count => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

    /// <summary>
    /// How many are alive on all threads, once the garbage of the tests before has been collected: its finalizers would lower the count
    /// later. Only where no other test runs.
    /// </summary>
    public static long CountAnywhere()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return torch.Tensor.TotalCount;
    }

    /// <summary>As <see cref="ShouldNotChange"/>, for all threads: only where no other test runs.</summary>
    public static void ShouldNotChangeAnywhere(Action action)
    {
        long before = CountAnywhere();
        action();
        torch.Tensor.TotalCount.Should().Be(before, "nothing may leak on any thread");
    }

    /// <summary>Fails if <paramref name="action"/> leaves a tensor alive, or disposes one that it did not make.</summary>
    public static void ShouldNotChange(Action action)
    {
        long before = Count;
        action();
        Count.Should().Be(before, "nothing may leak");
    }
}

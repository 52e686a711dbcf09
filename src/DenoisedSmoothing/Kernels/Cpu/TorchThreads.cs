using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace DenoisedSmoothing.Kernels.Cpu;

/// <summary>
/// libtorch's own threads, which are those of GNU's OpenMP. They wait for their next work by spinning, for milliseconds: any other threads
/// would have to share the cores with them between two operations.
/// </summary>
internal static unsafe class TorchThreads
{
    private const int Alignment = 64;

    // GOMP_parallel(function, data, threads, flags): what compilers make of "#pragma omp parallel".
    private static readonly delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void> s_parallel = Find();

    /// <summary>Whether they can be used.</summary>
    public static bool Found => s_parallel != null;

    /// <summary>Runs all tasks, each once, in any order and on any thread, and returns when they are done.</summary>
    /// <param name="tasks">How many.</param>
    /// <param name="threads">The most of libtorch's threads to use, including the caller.</param>
    /// <param name="floats">How much memory each has for itself.</param>
    /// <param name="work">Takes a task and that memory, whose content is undefined.</param>
    public static void Run(int tasks, int threads, long floats, Action<int, nint> work)
    {
        threads = Math.Max(1, Math.Min(threads, tasks));
        // Allocated in one piece by the caller: if every thread asked for its own, an arena of the allocator would grow for each.
        void* memory = NativeMemory.AlignedAlloc((nuint)(threads * floats) * sizeof(float), Alignment);
        try
        {
            Job job = new(tasks, (nint)memory, floats, work);
            if (threads == 1)
            {
                job.Work();
            }
            else
            {
                GCHandle handle = GCHandle.Alloc(job);
                s_parallel(&Enter, GCHandle.ToIntPtr(handle), (uint)threads, 0);
                handle.Free();
            }

            job.Failure?.Throw();
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    [UnmanagedCallersOnly]
    private static void Enter(nint handle) => ((Job)GCHandle.FromIntPtr(handle).Target!).Work();

    // From the library that libtorch was linked with: there may be a second one in the process.
    private static delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void> Find()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("LibTorchSharp", typeof(torch).Assembly, null, out nint library)
            || !NativeLibrary.TryGetExport(library, "GOMP_parallel", out nint parallel))
            return null;
        return (delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void>)parallel;
    }

    private sealed class Job(int tasks, nint memory, long floats, Action<int, nint> work)
    {
        private int _next = -1, _threads = -1;

        /// <summary>What the first task that failed threw.</summary>
        public ExceptionDispatchInfo? Failure { get; private set; }

        // Nothing may be thrown into the native caller.
        public void Work()
        {
            try
            {
                nint its = memory + (nint)(Interlocked.Increment(ref _threads) * floats * sizeof(float));
                while (Interlocked.Increment(ref _next) is var task && task < tasks && Failure is null)
                    work(task, its);
            }
            catch (Exception e)
            {
                Failure ??= ExceptionDispatchInfo.Capture(e);
            }
        }
    }
}

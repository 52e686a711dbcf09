using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace DenoisedSmoothing.Kernels.Cpu;

/// <summary>
/// libtorch's own threads, which are those of GNU's OpenMP. They wait for their next work by spinning, for milliseconds: threads of any
/// other kind would share the cores with them between two operations.
/// </summary>
internal static unsafe class TorchThreads
{
    private const int Alignment = 64;

    // GOMP_parallel(function, data, threads, flags): what compilers make of "#pragma omp parallel".
    private static readonly delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void> s_parallel = Find();

    /// <summary>Whether they can be asked.</summary>
    public static bool Found => s_parallel != null;

    /// <summary>Does all tasks, each once, in any order and on any thread, and returns when they are done.</summary>
    /// <param name="tasks">How many.</param>
    /// <param name="threads">How many of libtorch's threads take part at most, the caller among them.</param>
    /// <param name="floats">How much memory each has for itself.</param>
    /// <param name="work">Takes a task and that memory, whose content is undefined.</param>
    public static void Run(int tasks, int threads, long floats, Action<int, nint> work)
    {
        Job job = new(tasks, floats, work);
        threads = Math.Min(threads, tasks);
        if (threads <= 1)
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

    [UnmanagedCallersOnly]
    private static void Enter(nint handle) => ((Job)GCHandle.FromIntPtr(handle).Target!).Work();

    // Of the library that libtorch was linked with: there may be a second one in the process.
    private static delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void> Find()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("LibTorchSharp", typeof(torch).Assembly, null, out nint library)
            || !NativeLibrary.TryGetExport(library, "GOMP_parallel", out nint parallel))
            return null;
        return (delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void>)parallel;
    }

    private sealed class Job(int tasks, long floats, Action<int, nint> work)
    {
        private int _next = -1;

        /// <summary>What the first task that failed threw.</summary>
        public ExceptionDispatchInfo? Failure { get; private set; }

        // Nothing may be thrown into the code that called.
        public void Work()
        {
            void* memory = null;
            try
            {
                memory = NativeMemory.AlignedAlloc((nuint)floats * sizeof(float), Alignment);
                while (Interlocked.Increment(ref _next) is var task && task < tasks && Failure is null)
                    work(task, (nint)memory);
            }
            catch (Exception e)
            {
                Failure ??= ExceptionDispatchInfo.Capture(e);
            }
            finally
            {
                NativeMemory.AlignedFree(memory);
            }
        }
    }
}

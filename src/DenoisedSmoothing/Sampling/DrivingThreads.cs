using System.Runtime.CompilerServices;

namespace DenoisedSmoothing.Sampling;

/// <summary>
/// Threads that drive schedulers, each kept for a while so that any classifier's next scheduler can reuse it. Every thread that computes
/// has its own team of libtorch threads and its own arena in the allocator: when each classifier started its own thread, a program that
/// made many classifiers held on to a gigabyte of freed memory.
/// </summary>
internal static class DrivingThreads
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(1);

    private static readonly List<Driver> s_idle = []; // the last one is the warmest

    /// <summary>Runs something on an idle thread, or on a new one.</summary>
    /// <param name="work">Must not throw.</param>
    public static void Run(Action work)
    {
        Driver driver;
        lock (s_idle)
        {
            if (s_idle.Count == 0)
            {
                driver = new Driver();
            }
            else
            {
                driver = s_idle[^1];
                s_idle.RemoveAt(s_idle.Count - 1);
            }
        }

        driver.Give(work);
    }

    private sealed class Driver
    {
        private readonly AutoResetEvent _given = new(false);
        private (Action Work, ExecutionContext? Context)? _next;

        // Each call brings its own execution context; the thread must not keep that of its first caller.
        public Driver() => new Thread(Drive) { IsBackground = true, Name = nameof(VoteScheduler) }.UnsafeStart();

        public void Give(Action work)
        {
            _next = (work, ExecutionContext.Capture());
            _given.Set();
        }

        private void Drive()
        {
            _given.WaitOne();
            do
                Work();
            while (AwaitsMore());

            _given.Dispose();
        }

        // A separate method: while the thread is idle, it must not hold on to anything from the work.
        [MethodImpl(MethodImplOptions.NoInlining)]
        private void Work()
        {
            (Action work, ExecutionContext? context) = _next!.Value;
            _next = null;
            if (context is null)
                work();
            else
                ExecutionContext.Run(context, static work => ((Action)work!)(), work);
        }

        private bool AwaitsMore()
        {
            lock (s_idle)
                s_idle.Add(this);
            if (_given.WaitOne(KeptFor))
                return true;
            bool last;
            lock (s_idle)
                last = s_idle.Remove(this);
            if (!last)
                _given.WaitOne(); // it has just been taken, and work is on its way
            return !last;
        }
    }
}

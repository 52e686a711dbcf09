using System.Runtime.CompilerServices;

namespace DenoisedSmoothing.Sampling;

/// <summary>
/// Threads that drive schedulers, kept for a while for the next one, of whichever classifier. libtorch has a team of threads, and the
/// allocator an arena, for every thread that computes: where each classifier began a thread of its own, a program that makes one classifier
/// after the other held a gigabyte of memory that was freed and not given back.
/// </summary>
internal static class DrivingThreads
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(1);

    private static readonly List<Driver> s_idle = []; // the last one is the warmest

    /// <summary>Runs something on a thread that is idle, or on a new one.</summary>
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

        // What flows with calls is each call's own, not that of whoever needed the thread first.
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

        // A method of its own: while the thread is idle, nothing of the work may be held.
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
                _given.WaitOne(); // who has taken it is about to give work
            return !last;
        }
    }
}

using DenoisedSmoothing.Sampling;

namespace DenoisedSmoothing.Torch.Tests.Sampling;

public sealed class DrivingThreadsTests
{
    private static readonly AsyncLocal<int> s_flows = new();

    [Fact]
    public void Run_after_run_goes_by_few_threads()
    {
        HashSet<int> threads = [];
        for (int i = 0; i < 200; i++)
        {
            threads.Add(Done(static () => Environment.CurrentManagedThreadId));
            Thread.Sleep(1); // long enough to lie down, mostly
        }

        threads.Count.Should().BeLessThan(50, "a thread is kept for the next one");
    }

    [Fact]
    public async Task Run_at_once_goes_by_threads_of_their_own()
    {
        using Barrier all = new(5);
        bool[] met = await Task.WhenAll(
            Enumerable.Range(0, 5).Select(_ => Task.Run(() => Done(() => all.SignalAndWait(TimeSpan.FromSeconds(30))))));

        met.Should().AllBeEquivalentTo(true);
    }

    [Fact]
    public void Run_takes_what_flows_with_its_own_call()
    {
        for (int i = 1; i <= 20; i++)
        {
            s_flows.Value = i;
            Done(static () => s_flows.Value).Should().Be(i);
            s_flows.Value = -i; // the thread's is not the caller's
        }

        using (ExecutionContext.SuppressFlow())
            Done(static () => s_flows.Value).Should().Be(0);
    }

    [Fact]
    public void Idle_threads_hold_nothing_of_their_work_and_do_work_again_after_they_have_ended()
    {
        WeakReference held = Held();
        for (int i = 0; i < 100 && held.IsAlive; i++)
        {
            Thread.Sleep(10);
            GC.Collect();
        }

        held.IsAlive.Should().BeFalse();
        Thread.Sleep(1500); // longer than they are kept
        Done(static () => 3).Should().Be(3);

        static WeakReference Held()
        {
            byte[] large = new byte[100];
            Done(() => large.Length);
            return new WeakReference(large);
        }
    }

    private static T Done<T>(Func<T> work)
    {
        using ManualResetEventSlim done = new();
        T result = default!;
        DrivingThreads.Run(() =>
        {
            result = work();
            done.Set();
        });
        done.Wait(TimeSpan.FromSeconds(60)).Should().BeTrue();
        return result;
    }
}

using System.Collections.Concurrent;
using DenoisedSmoothing.Kernels.Cpu;

namespace DenoisedSmoothing.Torch.Tests.Kernels.Cpu;

public sealed class TorchThreadsTests
{
    public TorchThreadsTests() => Skip.IfNot(TorchThreads.Found, "libtorch's threads are not those of GNU's OpenMP.");

    [SkippableTheory]
    [InlineData(1000, 4)]
    [InlineData(2, 16)]
    [InlineData(7, 1)]
    [InlineData(0, 4)]
    public void Run_does_every_task_once(int tasks, int threads)
    {
        ConcurrentBag<int> done = [], on = [];

        TorchThreads.Run(tasks, threads, 3, (task, memory) =>
        {
            memory.Should().NotBe(0);
            done.Add(task);
            on.Add(Environment.CurrentManagedThreadId);
        });

        done.Order().Should().Equal(Enumerable.Range(0, tasks));
        on.Distinct().Count().Should().BeLessThanOrEqualTo(threads);
    }

    [SkippableFact]
    public void Run_takes_several_threads_whose_memory_is_their_own()
    {
        // Each waits for the other: one thread alone could not do both.
        using Barrier both = new(2);
        ConcurrentBag<nint> memories = [];

        TorchThreads.Run(2, 2, 1 << 10, (_, memory) =>
        {
            memories.Add(memory);
            both.SignalAndWait(TimeSpan.FromSeconds(30)).Should().BeTrue();
        });

        memories.Distinct().Should().HaveCount(2);
    }

    [SkippableFact]
    public void Run_throws_what_a_task_threw_and_can_be_called_again()
    {
        FluentActions.Invoking(() => TorchThreads.Run(50, 4, 0, (task, _) =>
        {
            if (task == 3)
                throw new InvalidOperationException("of task 3");
        })).Should().Throw<InvalidOperationException>().WithMessage("of task 3");

        int done = 0;
        TorchThreads.Run(5, 4, 0, (_, _) => Interlocked.Increment(ref done));
        done.Should().Be(5);
    }

    [SkippableFact]
    public async Task Run_serves_many_callers_at_once()
    {
        int done = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 50; i++)
                TorchThreads.Run(10, 3, 16, (_, _) => Interlocked.Increment(ref done));
        })));
        done.Should().Be(8 * 50 * 10);
    }
}

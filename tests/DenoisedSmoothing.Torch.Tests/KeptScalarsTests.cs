using System.Runtime.CompilerServices;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static DenoisedSmoothing.KeptScalars;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests;

public class KeptScalarsTests
{
    [Fact]
    public void Arithmetic_is_that_of_the_operators()
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (ScalarType type in new[] { ScalarType.Float32, ScalarType.Float64, ScalarType.BFloat16, ScalarType.Int64 })
        {
            Tensor a = tensor(new[] { -3.25, 0, .1, 7 }).to_type(type), b = tensor(new[] { 1, -2.5, 1e-3, 40 }).to_type(type);

            Equal(a.Plus(b), a + b);
            Equal(a.Plus(3), a + 3);
            Equal(a.Plus(.3), a + .3);
            Equal(a.SubtractedFrom(3), 3 - a);
            Equal(a.SubtractedFrom(.3), .3 - a);
            Equal(a.Squared(), a.square());
            Equal(a.clone().PlusInPlace(b), a + b);
            Equal(a.clone().PlusInPlace(2), a + 2);
            Equal(a.mul(Kept(2)), a * 2);
            Equal(Counting(3, 8, type, CPU), arange(3, 8, type));
        }

        static void Equal(Tensor ours, Tensor theirs)
        {
            ours.dtype.Should().Be(theirs.dtype);
            ours.Equals(theirs).Should().BeTrue();
        }
    }

    /// <summary>Numbers of other threads, and collections that free them, change nothing.</summary>
    [Fact]
    public async Task Sums_beside_a_busy_garbage_collector_are_right()
    {
        using DisposeScope scope = NewDisposeScope();
        using CancellationTokenSource stop = new();
        Tensor one = ones(64);
        Task others = Task.Run(() =>
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                _ = ((double)i).ToScalar();
                _ = new byte[256];
            }
        });

        for (int i = 0; i < 20_000; i++)
        {
            using Tensor sum = one.Plus(one);
            using Tensor total = sum.sum();
            total.item<float>().Should().Be(128);
        }

        await stop.CancelAsync();
        await others;
    }

    [Fact]
    public void Kept_number_outlives_a_collection_until_the_thread_has_asked_for_64_others()
    {
        WeakReference number = Made();

        GC.Collect();
        number.IsAlive.Should().BeTrue();
        for (int i = 0; i < 64; i++)
            Kept(i);
        GC.Collect();
        number.IsAlive.Should().BeFalse();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Made() => new(Kept(.5));
}

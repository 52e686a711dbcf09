using DenoisedSmoothing.Noise;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Sampling;

/// <summary>
/// The rows of one forward pass: which test, phase and sample each is. Always <paramref name="size"/> rows, since floating-point rows change
/// with the batch size but not with their place in it; rows that nobody wants repeat the first.
/// </summary>
/// <param name="rows">At least one row, at most <paramref name="size"/> in all.</param>
/// <param name="size">Rows of the forward pass.</param>
/// <param name="imageShape">[C,H,W].</param>
internal sealed class NoisyBatch(IReadOnlyList<VoteRows> rows, int size, long[] imageShape) : IDisposable
{
    private readonly (IOpenTest Test, NoiseCoordinate At)[] _rows = Place(rows, size);
    private Task<Tensor>? _ahead;

    public int Size => size;

    /// <summary>Rows that are somebody's; the others are padding.</summary>
    public int Wanted { get; } = rows.Sum(part => part.Count);

    /// <summary>Starts making <see cref="Noisy"/> on another thread.</summary>
    public void MakeAhead(ISmoothingNoise noise, bool pinned) => _ahead ??= Task.Run(() => Make(noise, pinned));

    /// <summary>The noisy images, float32 [size,C,H,W] on the host, owned by the caller and by no scope.</summary>
    public Tensor Noisy(ISmoothingNoise noise, bool pinned)
    {
        if (_ahead is not { } ahead)
            return Make(noise, pinned);
        _ahead = null;
        return ahead.GetAwaiter().GetResult();
    }

    /// <summary>Standard normals of an inner stream, shaped as <see cref="Noisy"/>; in the current scope.</summary>
    public Tensor Inner(int stream, bool pinned) =>
        NewHostTensor(pinned, (row, values) => GaussianNoise.Fill(_rows[row].Test.Seed, _rows[row].At with { Stream = stream }, values));

    /// <summary>The rows have been given to the device.</summary>
    public void Left()
    {
        foreach (VoteRows part in rows)
            part.Test.OnTheWay -= part.Count;
    }

    /// <summary>Gives every test its votes.</summary>
    /// <param name="labels">By row; negative where the scores were not finite.</param>
    public void Deliver(ReadOnlySpan<long> labels)
    {
        for (int row = 0; row < Wanted; row++)
        {
            if (labels[row] < 0)
                throw new InvalidOperationException("The base classifier returned NaN or infinite scores: those are never votes. Check its weights, precision and input range.");
            (IOpenTest test, NoiseCoordinate at) = _rows[row];
            test.Count(at.Phase, at.Sample, (int)labels[row]);
        }
    }

    /// <summary>Waits for what is being made ahead and drops it.</summary>
    public void Dispose()
    {
        if (_ahead is not { } ahead)
            return;
        _ahead = null;
        Task.WaitAny(ahead); // not Wait, which would throw its error: nobody wants the rows any more
        if (ahead.IsCompletedSuccessfully)
            ahead.Result.Dispose();
    }

    private static (IOpenTest, NoiseCoordinate)[] Place(IReadOnlyList<VoteRows> rows, int size)
    {
        var placed = new (IOpenTest, NoiseCoordinate)[size];
        int row = 0;
        foreach (VoteRows part in rows)
        {
            for (int i = 0; i < part.Count; i++)
                placed[row++] = (part.Test, new NoiseCoordinate(0, part.Test.ImageIndex, part.Phase, part.FirstSample + i));
        }

        placed.AsSpan(row).Fill(placed[0]);
        return placed;
    }

    private Tensor Make(ISmoothingNoise noise, bool pinned) =>
        NewHostTensor(pinned, (row, values) => noise.AddTo(_rows[row].Test.Seed, _rows[row].At, _rows[row].Test.Image, values)).DetachFromDisposeScope();

    private delegate void FillRow(int row, Span<float> values);

    // A fresh tensor each time, pinned for an accelerator so that the copy need not wait: a refilled one could still be in flight.
    // Scopes and inference mode are the thread's: the tensor must look the same whichever thread makes it.
    private unsafe Tensor NewHostTensor(bool pinned, FillRow fill)
    {
        int length = (int)imageShape.Aggregate(1L, (product, extent) => product * extent);
        if ((long)size * length * sizeof(float) > int.MaxValue)
            throw new InvalidOperationException($"A batch of {size} such images takes {((long)size * length * sizeof(float)) >> 20} MB; at most 2 GB are possible. Lower SmoothingOptions.Batch.");
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Tensor host = empty([size, .. imageShape], ScalarType.Float32);
        if (pinned)
            host = host.pin_memory();
        fixed (byte* start = host.bytes)
        {
            float* values = (float*)start;
            PlainParallel.For(size, row => fill(row, new Span<float>(values + (long)row * length, length)));
        }

        return host.MoveToOuterDisposeScope();
    }
}

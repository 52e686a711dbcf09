using DenoisedSmoothing.Noise;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Sampling;

/// <summary>
/// The rows of one forward pass: which test, phase and sample each is. Always <paramref name="size"/> rows, since floating-point rows
/// change with the batch size but not with their place in it; rows that no test wants repeat the first.
/// </summary>
/// <param name="rows">At least one row, at most <paramref name="size"/> in all.</param>
/// <param name="size">Rows of the forward pass.</param>
/// <param name="imageShape">[C,H,W].</param>
/// <param name="asked">How many of the rows tests had asked for.</param>
internal sealed class NoisyBatch(IReadOnlyList<VoteRows> rows, int size, long[] imageShape, int asked = 0) : IDisposable
{
    private readonly (VoteJob Job, NoiseCoordinate At)[] _rows = Place(rows, size);
    private readonly int _wanted = rows.Sum(static part => part.Count); // the others are padding
    private Task<Tensor>? _ahead;
    private bool _sent;

    public int Size => size;

    /// <summary>Rows that tests had asked for; the others were drawn ahead, or are padding.</summary>
    public int Asked => asked;

    /// <summary>[C,H,W].</summary>
    public long[] ImageShape => imageShape;

    /// <summary>The rows of tests, without the padding.</summary>
    public IReadOnlyList<VoteRows> Rows => rows;

    /// <summary>Whether a test still waits for one of the rows.</summary>
    public bool IsAwaited => rows.Any(static part => part.Job.Wants(part));

    /// <summary>Whether all who wait for the rows have been cancelled. May be asked on any thread.</summary>
    public bool IsAbandoned => rows.All(static part => part.Job.Limits.Cancelled is not null);

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
        NewHostTensor(pinned, (row, values) => GaussianNoise.Fill(_rows[row].Job.Image.Seed, _rows[row].At with
        {
            Stream = stream,
        }, values));

    /// <summary>The rows have been given to the device.</summary>
    public void Sent()
    {
        _sent = true;
        foreach (VoteRows part in rows)
            part.Job.Sent(part);
    }

    /// <summary>Gives every test its votes.</summary>
    /// <param name="labels">By row; negative where the scores were not finite.</param>
    public void Deliver(ReadOnlySpan<long> labels)
    {
        int row = 0;
        foreach (VoteRows part in rows)
        {
            for (int i = 0; i < part.Count; i++)
                part.Job.Count(part, part.FirstSample + i, (int)labels[row++]);
        }
    }

    /// <summary>Gives the rows back to their tests, without votes.</summary>
    public void Drop()
    {
        Dispose();
        if (!_sent)
            Sent();
        foreach (VoteRows part in rows)
            part.Job.TakeBack(part);
    }

    /// <summary>Waits for what is being made ahead and drops it.</summary>
    public void Dispose()
    {
        if (_ahead is not { } ahead)
            return;
        _ahead = null;
        Task.WaitAny(ahead); // not Wait, which would throw its error: the rows are not wanted any more
        if (ahead.IsCompletedSuccessfully)
            ahead.Result.Dispose();
    }

    private static (VoteJob, NoiseCoordinate)[] Place(IReadOnlyList<VoteRows> rows, int size)
    {
        var placed = new (VoteJob, NoiseCoordinate)[size];
        int row = 0;
        foreach (VoteRows part in rows)
        {
            for (int i = 0; i < part.Count; i++)
                placed[row++] = (part.Job, new NoiseCoordinate(0, part.Job.Image.Index, part.Phase, part.FirstSample + i));
        }

        placed.AsSpan(row).Fill(placed[0]);
        return placed;
    }

    private Tensor Make(ISmoothingNoise noise, bool pinned) =>
        NewHostTensor(pinned, (row, values) => noise.AddTo(_rows[row].Job.Image.Seed, _rows[row].At, _rows[row].Job.Image.Values, values))
            .DetachFromDisposeScope();

    private delegate void FillRow(int row, Span<float> values);

    // A fresh tensor each time, pinned for an accelerator so that the copy need not wait: a refilled one could still be in flight.
    // Scopes and inference mode are the thread's: the tensor must look the same whichever thread makes it.
    private unsafe Tensor NewHostTensor(bool pinned, FillRow fill)
    {
        int length = (int)imageShape.Aggregate(1L, (product, extent) => product * extent);
        if ((long)size * length * sizeof(float) > int.MaxValue)
            throw new InvalidOperationException(
                $"A batch of {size} such images takes {((long)size * length * sizeof(float)) >> 20} MB; at most 2 GB are possible. "
                + $"Lower SmoothingOptions.Batch.");
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

using Microsoft.Extensions.Logging;
using TorchSharp;

namespace DenoisedSmoothing.Sampling;

/// <summary>
/// Runs the tests of many images together: each device batch is filled with rows from all open tests, oldest image first, and a test
/// observes its votes when its request is full. A vote depends on its own sample alone, so neither company nor order matter.
/// </summary>
/// <param name="samplers">One a replica.</param>
/// <param name="devices">Where they compute.</param>
/// <param name="batch">Rows of every forward pass; null to choose by image size and device.</param>
/// <param name="logger">Told of a batch that was chosen or halved.</param>
internal sealed class VotePool(IReadOnlyList<VoteSampler> samplers, IReadOnlyList<torch.Device> devices, int? batch, ILogger logger)
{
    private readonly Lock _gate = new();
    private int _largest = int.MaxValue; // what memory was seen to bear
    private int _told;

    public IReadOnlyList<VoteSampler> Samplers => samplers;

    /// <summary>Runs all tests; they come back finished, in their order, as soon as they are ready.</summary>
    /// <param name="tests">Drawn from only as rows are needed; all images have one shape.</param>
    /// <param name="imageShape">[C,H,W] of the images read so far.</param>
    /// <param name="progress">Told about ten times a second.</param>
    /// <param name="cancellationToken">Looked at before every batch and every result.</param>
    public IEnumerable<OpenTest<TResult>> Run<TResult>(
        IEnumerable<OpenTest<TResult>> tests, Func<long[]> imageShape, IProgress<SmoothingProgress>? progress, CancellationToken cancellationToken)
    {
        using IEnumerator<OpenTest<TResult>> source = tests.GetEnumerator();
        using PoolRun<TResult> run = new(this, source, imageShape, progress);
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            while (run.TakeFinished() is { } finished)
            {
                yield return finished;
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        while (run.Step());
    }

    /// <summary>The batch for images of a shape: the one asked for, or the one chosen, or less where memory has run out before.</summary>
    public int BatchFor(long[] imageShape)
    {
        int rows = batch ?? BatchSize.For(devices, imageShape);
        lock (_gate)
        {
            rows = Math.Min(rows, _largest);
            if (batch is null && rows != _told)
            {
                _told = rows;
                logger.LogInformation(
                    "Batch: {Batch} rows a forward pass, chosen for images [{Shape}]. Float rows change with it; give SmoothingOptions.Batch = {Batch} to draw the same votes elsewhere.",
                    rows, string.Join(',', imageShape), rows);
            }
        }

        return rows;
    }

    /// <summary>Half of a batch that memory does not bear, also for later calls.</summary>
    /// <exception cref="InvalidOperationException">Not even one row fits.</exception>
    public int Halve(int tooLarge, Exception error)
    {
        if (tooLarge == 1)
            throw new InvalidOperationException("Out of memory with a single row a forward pass: free memory on the device, use a smaller network or a lower precision.", error);
        int half = tooLarge / 2;
        lock (_gate)
            _largest = Math.Min(_largest, half);
        logger.LogWarning(
            error, "Out of memory with {Batch} rows a forward pass. Images in work start again with {Half}; certificates record the batch of their votes. Give SmoothingOptions.Batch = {Half} to begin there.",
            tooLarge, half, half);
        return half;
    }
}

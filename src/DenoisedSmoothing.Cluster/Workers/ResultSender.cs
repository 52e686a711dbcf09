using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace DenoisedSmoothing.Cluster.Workers;

/// <summary>
/// Submits answers while the worker continues: all that are ready, at once. At the end it returns what is left. If the queue is lost, it
/// stops the worker.
/// </summary>
internal sealed class ResultSender : IAsyncDisposable
{
    private const int Most = 256;

    // A user who pressed Ctrl-C should not wait for a database.
    private static readonly TimeSpan s_lastWord = TimeSpan.FromSeconds(20);

    private readonly Channel<(LeasedImage Lease, ImageResult? Result, string? Error)> _channel =
        Channel.CreateUnbounded<(LeasedImage, ImageResult?, string?)>(new UnboundedChannelOptions { SingleReader = true });

    private readonly IWorkQueue _queue;
    private readonly QueuedRun _run;
    private readonly QueueWorkerName _worker;
    private readonly HeldLeases _held;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _task;
    private Exception? _lost;
    private long _finished, _late, _failed;

    public ResultSender(IWorkQueue queue, QueuedRun run, QueueWorkerName worker, HeldLeases held, CancellationTokenSource stop)
    {
        (_queue, _run, _worker, _held) = (queue, run, worker, held);
        _task = Task.Run(() => SendAsync(stop));
    }

    public WorkSummary Summary => new(_finished, _late, _failed);

    public void Send(ImageResult result) => _channel.Writer.TryWrite((result.Lease, result, null));

    public void SendFailure(LeasedImage lease, string error) => _channel.Writer.TryWrite((lease, null, error));

    /// <summary>Submits what is ready, returns the rest, and reports that the worker leaves.</summary>
    /// <param name="hurried">Whether a user is waiting for the end.</param>
    public async Task FinishAsync(bool hurried)
    {
        _channel.Writer.TryComplete();
        if (hurried)
            _end.CancelAfter(s_lastWord);
        await _task.ConfigureAwait(false);
        if (_lost is not null)
            return;
        try
        {
            _end.CancelAfter(s_lastWord);
            await _queue.LeaveAsync(_run, _worker, _held.All, _end.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The leases expire by themselves.
        }
    }

    public void ThrowIfLost()
    {
        if (_lost is not null)
            ExceptionDispatchInfo.Throw(_lost);
    }

    public ValueTask DisposeAsync()
    {
        _end.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task SendAsync(CancellationTokenSource stop)
    {
        try
        {
            while (await _channel.Reader.WaitToReadAsync(_end.Token).ConfigureAwait(false))
            {
                List<ImageResult> results = [];
                while (results.Count < Most && _channel.Reader.TryRead(out (LeasedImage Lease, ImageResult? Result, string? Error) next))
                {
                    if (next.Result is { } result)
                    {
                        results.Add(result);
                        continue;
                    }

                    await _queue.FailAsync(_run, next.Lease, next.Error!, _end.Token).ConfigureAwait(false);
                    _held.Remove(next.Lease);
                    _failed++;
                }

                if (results.Count == 0)
                    continue;
                int taken = await _queue.CompleteAsync(_run, _worker.Id, results, _end.Token).ConfigureAwait(false);
                results.ForEach(result => _held.Remove(result.Lease));
                (_finished, _late) = (_finished + taken, _late + results.Count - taken);
            }
        }
        catch (Exception e)
        {
            _lost = e is OperationCanceledException
                ? new QueueUnavailableException(
                    $"The queue {_queue.Name} did not take the last answers: their images will be done again.", e)
                : e;
            await stop.CancelAsync().ConfigureAwait(false);
        }
    }
}

using System.Runtime.ExceptionServices;

namespace DenoisedSmoothing.Cluster.Workers;

/// <summary>Renews a worker's leases until it ends. If the queue is lost, it stops the worker.</summary>
internal sealed class Heartbeat : IAsyncDisposable
{
    private const int BeatsPerLease = 4;

    private readonly CancellationTokenSource _end = new();
    private readonly Task _task;
    private Exception? _lost;

    public Heartbeat(
        IWorkQueue queue, QueuedRun run, QueueWorkerName worker, HeldLeases held, TimeSpan lease, CancellationTokenSource stop) =>
        _task = Task.Run(() => BeatAsync(queue, run, worker, held, lease, stop));

    public async Task EndAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _task.ConfigureAwait(false);
    }

    public void ThrowIfLost()
    {
        if (_lost is not null)
            ExceptionDispatchInfo.Throw(_lost);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync().ConfigureAwait(false);
        _end.Dispose();
    }

    private async Task BeatAsync(IWorkQueue queue, QueuedRun run, QueueWorkerName worker, HeldLeases held, TimeSpan lease,
        CancellationTokenSource stop)
    {
        try
        {
            while (true)
            {
                await queue.RenewAsync(run, worker, held.All, lease, _end.Token).ConfigureAwait(false);
                await Task.Delay(lease / BeatsPerLease, _end.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            _lost = e;
            await stop.CancelAsync().ConfigureAwait(false);
        }
    }
}

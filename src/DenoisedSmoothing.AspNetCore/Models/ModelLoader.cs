using Microsoft.Extensions.Hosting;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>
/// Loads the served classifiers in the background, one after another, and stops them from accepting anything new when the host stops.
/// </summary>
internal sealed class ModelLoader(SmoothedModels models, IHostApplicationLifetime lifetime) : IHostedService
{
    private Task _loading = Task.CompletedTask;
    private CancellationTokenRegistration _stopping;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        SmoothedModel[] all = [.. models]; // now: a host that is stopped and disposed at once has no services left to ask
        _stopping = lifetime.ApplicationStopping.Register(() =>
        {
            foreach (SmoothedModel model in all)
                model.Stop();
        });
        _loading = Task.Factory.StartNew(
            () =>
            {
                foreach (SmoothedModel model in all.TakeWhile(_ => !lifetime.ApplicationStopping.IsCancellationRequested))
                    model.Load();
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.DisposeAsync().ConfigureAwait(false);
        // Loading cannot be aborted, and should not outlive the models; but a load that hangs must not block shutdown.
        await _loading.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}

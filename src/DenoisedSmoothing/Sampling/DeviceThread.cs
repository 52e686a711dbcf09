using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Sampling;

/// <summary>
/// The one thread that gives an accelerator its forward passes, for all classifiers of the process. cuDNN's plans for convolutions and
/// attention are kept by thread: on a new one the paper's CIFAR-10 pair takes 0.3 s to make them, on this one they are made once.
/// </summary>
/// <remarks>It waits for work in the background and does not keep the process alive.</remarks>
internal sealed class DeviceThread
{
    private static readonly ConcurrentDictionary<string, Lazy<DeviceThread>> s_threads = new();

    private readonly BlockingCollection<Action> _work = [];

    private DeviceThread(string device) => new Thread(Work) { IsBackground = true, Name = $"DenoisedSmoothing {device}" }.Start();

    /// <summary>The thread of a device.</summary>
    public static DeviceThread Of(Device device) =>
        s_threads.GetOrAdd(device.ToString(), static name => new(() => new DeviceThread(name))).Value;

    /// <summary>Runs something there, after what has been given before.</summary>
    public Task<T> Run<T>(Func<T> function)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(function());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    private void Work()
    {
        foreach (Action work in _work.GetConsumingEnumerable())
            work();
    }
}

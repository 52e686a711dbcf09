using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Sampling;

/// <summary>
/// The one thread that runs an accelerator's forward passes, for all classifiers in the process. cuDNN keeps its plans for convolutions and
/// attention per thread: a new thread would have to make them all again, on this one they are made once.
/// </summary>
/// <remarks>It waits for work in the background and does not keep the process alive.</remarks>
internal sealed class DeviceThread
{
    private static readonly ConcurrentDictionary<(DeviceType Type, int Index), Lazy<DeviceThread>> s_threads = new();

    [ThreadStatic]
    private static bool t_current;

    private readonly BlockingCollection<Action> _work = [];

    private DeviceThread(string device) => new Thread(Work) { IsBackground = true, Name = $"DenoisedSmoothing {device}" }.Start();

    /// <summary>The thread of a device.</summary>
    public static DeviceThread Of(Device device) =>
        s_threads.GetOrAdd((device.type, Math.Max(device.index, 0)), static place => new(() => new DeviceThread(place.ToString()))).Value;

    /// <summary>
    /// Whether the caller runs on such a thread: more work for it would wait for the caller to finish, and the caller for the work.
    /// </summary>
    public static bool IsCurrent => t_current;

    /// <summary>Runs something there, after earlier work.</summary>
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
        t_current = true;
        foreach (Action work in _work.GetConsumingEnumerable())
            work();
    }
}

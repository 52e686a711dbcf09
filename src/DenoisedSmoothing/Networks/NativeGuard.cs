using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace DenoisedSmoothing.Networks;

/// <summary>
/// Makes a call into libtorch that does not end the process where C++ throws an exception that TorchSharp's interface does not catch: it
/// catches <c>c10::Error</c> and <c>std::runtime_error</c>, but errors about code that libtorch cannot compile are neither.
/// </summary>
/// <remarks>
/// On Windows such an exception arrives as an <see cref="SEHException"/>. Elsewhere C++ finds no handler and calls its terminate handler,
/// on the thread that failed, which may not return. So the call gets its own thread; the handler keeps the reason and puts that thread to
/// sleep for good. Each such failure costs one sleeping thread and whatever libtorch had allocated for the call. Failures on other threads
/// reach the previous handler.
/// </remarks>
internal static unsafe class NativeGuard
{
    // libtorch's compiler calls itself along chains of operators, which may be thousands long. Only the part of it that is used takes
    // memory.
    private const int StackBytes = 256 << 20;

    private static readonly Lock s_gate = new();
    private static readonly delegate* unmanaged<delegate* unmanaged<void>, delegate* unmanaged<void>> s_setTerminate = SetTerminate();
    private static delegate* unmanaged<void> s_previous;

    [ThreadStatic]
    private static Attempt? t_attempt;

    /// <summary>Makes the call on its own thread and returns its result.</summary>
    /// <param name="call">May throw any exception, which is rethrown here.</param>
    /// <exception cref="NativeFailureException">C++ threw an exception that nothing catches.</exception>
    public static T Run<T>(Func<T> call)
    {
        if (s_setTerminate is null)
            return call();
        Attempt attempt = new();
        T result = default!;
        ExceptionDispatchInfo? error = null;
        lock (s_gate)
        {
            s_previous = s_setTerminate(&OnTerminate);
            try
            {
                Thread thread = new(() =>
                {
                    t_attempt = attempt;
                    try
                    {
                        result = call();
                    }
                    catch (Exception e)
                    {
                        error = ExceptionDispatchInfo.Capture(e);
                    }

                    t_attempt = null;
                    attempt.Ended.Set();
                }, StackBytes) { IsBackground = true };
                thread.Start();
                attempt.Ended.Wait();
            }
            finally
            {
                s_setTerminate(s_previous);
            }
        }

        if (attempt.Reason is { } reason)
            throw new NativeFailureException(reason);
        error?.Throw();
        return result;
    }

    [UnmanagedCallersOnly]
    private static void OnTerminate()
    {
        if (t_attempt is { } attempt)
        {
            attempt.Reason = OperatingSystem.IsLinux() ? CurrentCppException.Describe() : "no reason given";
            attempt.Ended.Set();
            Thread.Sleep(Timeout.Infinite);
        }

        s_previous(); // which ends the process
    }

    private static delegate* unmanaged<delegate* unmanaged<void>, delegate* unmanaged<void>> SetTerminate()
    {
        string? library = OperatingSystem.IsLinux() ? "libstdc++.so.6" : OperatingSystem.IsMacOS() ? "/usr/lib/libc++abi.dylib" : null;
        return library is not null && NativeLibrary.TryLoad(library, out nint handle)
            && NativeLibrary.TryGetExport(handle, "_ZSt13set_terminatePFvvE", out nint export)
            ? (delegate* unmanaged<delegate* unmanaged<void>, delegate* unmanaged<void>>)export
            : null;
    }

    private sealed class Attempt
    {
        public ManualResetEventSlim Ended { get; } = new();

        public string? Reason { get; set; }
    }
}

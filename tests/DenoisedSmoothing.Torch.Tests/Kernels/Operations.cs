using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DenoisedSmoothing.Torch.Tests.Kernels;

/// <summary>
/// The operations that libtorch runs, as its own profiler hears of them. What begins inside another operation counts in its place, and
/// what computes nothing (views, allocations, questions) does not count: on a card neither starts a kernel.
/// </summary>
internal static unsafe class Operations
{
    // A name that is missing here counts as an operation.
    private static readonly HashSet<string> s_free =
    [
        "aten::_nnpack_available", "aten::_reshape_alias", "aten::_unsafe_view", "aten::alias", "aten::as_strided", "aten::chunk",
        "aten::contiguous", "aten::detach", "aten::empty", "aten::empty_like", "aten::empty_strided", "aten::expand", "aten::flatten",
        "aten::narrow", "aten::permute", "aten::reshape", "aten::resolve_conj", "aten::select", "aten::slice", "aten::split",
        "aten::squeeze", "aten::t", "aten::to", "aten::transpose", "aten::unbind", "aten::unsqueeze", "aten::view",
    ];

    [ThreadStatic]
    private static Recording? t_recording;

    private static delegate* unmanaged<nint, byte*> s_name;

    /// <summary>
    /// What this thread computes in <paramref name="pass"/>, by libtorch's names, in order; skips where libtorch cannot be asked.
    /// </summary>
    public static IReadOnlyList<string> Of(Action pass)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "libtorch's functions are found by the names that they have on Linux.");
        nint library = NativeLibrary.Load(Process.GetCurrentProcess().Modules.Cast<ProcessModule>()
            .First(static module => module.ModuleName.StartsWith("libtorch_cpu.so", StringComparison.Ordinal)).FileName);
        var add = (delegate* unmanaged<Callback, ulong>)NativeLibrary.GetExport(
            library, "_ZN2at22addThreadLocalCallbackENS_22RecordFunctionCallbackE");
        var remove = (delegate* unmanaged<ulong, void>)NativeLibrary.GetExport(library, "_ZN2at14removeCallbackEm");
        s_name = (delegate* unmanaged<nint, byte*>)NativeLibrary.GetExport(library, "_ZNK2at14RecordFunction4nameEv");
        Recording recording = t_recording = new();
        Callback callback = new() { Started = &Started, Ended = &Ended, Probability = 1 };
        callback.Scopes[0] = 1; // functions, of what else there is to hear of
        ulong handle = add(callback);
        try
        {
            pass();
        }
        finally
        {
            remove(handle);
            t_recording = null;
        }

        recording.Open.Should().BeEmpty("whatever started has ended");
        return recording.Done;
    }

    // Returns a std::unique_ptr, that is through a hidden first argument: nothing.
    [UnmanagedCallersOnly]
    private static void** Started(void** observer, nint function)
    {
        *observer = null;
        t_recording?.Open.Push((Marshal.PtrToStringUTF8((nint)s_name(function))!, t_recording.Done.Count));
        return observer;
    }

    [UnmanagedCallersOnly]
    private static void Ended(nint function, void* observer)
    {
        if (t_recording is not { } recording)
            return;
        (string name, int before) = recording.Open.Pop();
        if (recording.Done.Count == before && !s_free.Contains(name))
            recording.Done.Add(name);
    }

    private sealed class Recording
    {
        /// <summary>What has started and not ended, with how much was done before.</summary>
        public Stack<(string Name, int Before)> Open { get; } = new();

        public List<string> Done { get; } = [];
    }

    /// <summary>libtorch's at::RecordFunctionCallback, of ATen/record_function.h in 2.10.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Callback
    {
        public delegate* unmanaged<void**, nint, void**> Started;
        public delegate* unmanaged<nint, void*, void> Ended;
        public double Probability;
        public fixed byte Scopes[10];
        public byte NeedsInputs, NeedsOutputs, NeedsIds;
    }
}

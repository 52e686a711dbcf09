using System.Runtime.CompilerServices;
using TorchSharp;

namespace DenoisedSmoothing;

/// <summary>Names parts in fingerprints.</summary>
internal static class ModuleFingerprint
{
    // What has no fingerprint of its own is told apart within this process only, and says so.
    private static readonly ConditionalWeakTable<object, string> Unnamed = [];
    private static int s_count;

    /// <summary>The part's own fingerprint, or its weights' hash, or its type with a process-wide number.</summary>
    public static string Of(object part) => part switch
    {
        IFingerprinted named => named.Fingerprint,
        torch.nn.Module module => $"{module.GetName()}:{StateDict.Fingerprint(module)[..16]}",
        _ => Unnamed.GetValue(part, static x => $"{x.GetType().Name}#{Interlocked.Increment(ref s_count)}"),
    };

    /// <summary>The part's arithmetic; float32 unless it says otherwise.</summary>
    public static string PrecisionOf(object part) => part is IFingerprinted named ? named.Precision : "float32";
}

using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using DenoisedSmoothing.Checkpoints;
using TorchSharp;

namespace DenoisedSmoothing.Parts;

/// <summary>Names parts in fingerprints.</summary>
internal static class ModuleFingerprint
{
    // What has no fingerprint of its own is told apart within this process only, and says so.
    private static readonly ConditionalWeakTable<object, string> Unnamed = [];
    private static readonly string s_process = Guid.NewGuid().ToString("N")[..8];
    private static int s_count;

    /// <summary>Stands in the names of parts that are told apart within this process only.</summary>
    public const string ThisProcessOnly = "this process only";

    /// <summary>The part's own fingerprint, or a hash of its weights or noise levels, or its type with a process-wide number.</summary>
    public static string Of(object part) => part switch
    {
        IFingerprinted named => named.Fingerprint,
        INoiseSchedule schedule => OfSchedule(schedule),
        torch.nn.Module module => $"{module.GetName()}:{StateDict.Fingerprint(module)[..32]}",
        _ => Unnamed.GetValue(part, static x => $"{x.GetType().Name}#{s_process}-{Interlocked.Increment(ref s_count)} ({ThisProcessOnly})"),
    };

    // Twelve digits: the last bits of a cosine differ between systems, and mean nothing here.
    private static string OfSchedule(INoiseSchedule schedule)
    {
        IEnumerable<string> levels = Enumerable.Range(0, schedule.TimestepCount).Select(t => schedule.AlphaBar(t).ToString("E11", CultureInfo.InvariantCulture));
        byte[] hash = SHA256.HashData(Encoding.ASCII.GetBytes(string.Join('\n', levels)));
        return $"schedule T={schedule.TimestepCount}:{Convert.ToHexStringLower(hash)[..32]}";
    }

    /// <summary>The part's arithmetic: what it says, else the types of its weights, else float32.</summary>
    public static string PrecisionOf(object part) => part switch
    {
        IFingerprinted named => named.Precision,
        torch.nn.Module module => OfWeights(module),
        _ => "float32",
    };

    private static string OfWeights(torch.nn.Module module)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        string[] types = [.. module.parameters().Where(weight => weight.is_floating_point()).Select(weight => weight.dtype.ToString().ToLowerInvariant()).Distinct().Order()];
        return types.Length == 0 ? "float32" : string.Join('+', types);
    }
}

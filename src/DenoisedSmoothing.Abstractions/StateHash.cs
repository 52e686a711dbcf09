using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing;

/// <summary>Hashes of what decides a part's function.</summary>
internal static class StateHash
{
    private const string Version = "state_dict/1";

    /// <summary>SHA-256 of a module's state_dict: names, types, shapes and values in the order of names; lower-case hexadecimal.</summary>
    public static string Of(nn.Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        using DisposeScope scope = NewDisposeScope();
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Version);
        Dictionary<string, Tensor> entries = module.state_dict();
        Append(hash, (long)entries.Count);
        foreach ((string name, Tensor entry) in entries.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            Append(hash, name);
            Append(hash, SafetensorsDType.NameOf(entry.dtype));
            long[] shape = entry.shape;
            Append(hash, shape.Length);
            foreach (long size in shape)
                Append(hash, size);
            using Tensor local = TensorBytes.Local(entry);
            TensorBytes.Visit(local, bytes => hash.AppendData(bytes));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>
    /// SHA-256 of a schedule's levels to twelve digits: the last bits of a cosine differ between systems, and mean nothing here.
    /// </summary>
    public static string Of(INoiseSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        IEnumerable<string> levels = Enumerable.Range(0, schedule.TimestepCount)
            .Select(t => schedule.AlphaBar(t).ToString("E11", CultureInfo.InvariantCulture));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Join('\n', levels))));
    }

    private static void Append(IncrementalHash hash, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Append(hash, bytes.Length);
        hash.AppendData(bytes);
    }

    private static void Append(IncrementalHash hash, int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        hash.AppendData(bytes);
    }

    private static void Append(IncrementalHash hash, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        hash.AppendData(bytes);
    }
}

using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing;

/// <summary>Hashes of whatever decides a part's function.</summary>
internal static class StateHash
{
    private const string Version = "state_dict/1";

    private static readonly ConditionalWeakTable<nn.Module, Known> s_known = [];

    /// <summary>SHA-256 of a module's state_dict: names, types, shapes and values in the order of names; lower-case hexadecimal.</summary>
    /// <remarks>Weights on a GPU are hashed once, and again only when their digest shows that they have changed.</remarks>
    public static string Of(nn.Module module) =>
        Of(module, static entries => entries.All(static entry => entry.device_type == DeviceType.CUDA));

    /// <summary>The same, with a choice of which weights a digest may represent.</summary>
    internal static string Of(nn.Module module, Func<IEnumerable<Tensor>, bool> byDigest)
    {
        ArgumentNullException.ThrowIfNull(module);
        using DisposeScope scope = NewDisposeScope();
        KeyValuePair<string, Tensor>[] entries = [.. module.state_dict().OrderBy(static pair => pair.Key, StringComparer.Ordinal)];
        if (entries.Length == 0 || !byDigest(entries.Select(static pair => pair.Value)))
            return Hash(entries);
        Known now = Digest(entries, "");
        if (s_known.TryGetValue(module, out Known? known) && known with { Hash = "" } == now)
            return known.Hash;
        string hash = Hash(entries);
        // Weights that change meanwhile must not be remembered under either digest.
        if (Digest(entries, "") == now)
            s_known.AddOrUpdate(module, now with { Hash = hash });
        return hash;
    }

    private static Known Digest(KeyValuePair<string, Tensor>[] entries, string hash) => new(
        string.Join(';', entries.Select(static pair => $"{pair.Key}:{pair.Value.dtype}[{string.Join(',', pair.Value.shape)}]")),
        WeightDigest.Of(entries.Select(static pair => pair.Value)), hash);

    private static string Hash(KeyValuePair<string, Tensor>[] entries)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Version);
        Append(hash, (long)entries.Length);
        foreach ((string name, Tensor entry) in entries)
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
    /// SHA-256 of a schedule's levels to twelve digits: the last bits of a cosine differ between systems and mean nothing here.
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

    private sealed record Known(string Layout, long Digest, string Hash);
}

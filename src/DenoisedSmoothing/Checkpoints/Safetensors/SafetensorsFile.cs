using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>
/// A safetensors file, open for reading: the header is checked at once, each tensor is read when it is asked for, straight
/// into its own memory.
/// </summary>
/// <remarks>
/// The format is the one of https://github.com/huggingface/safetensors. Reading from several threads is safe, but they take turns. A file
/// that changes while it is open yields an error or the changed values, which the fingerprint of the loaded module shows.
/// </remarks>
public sealed class SafetensorsFile : ITensorSource, IDisposable
{
    private readonly RawTensors _tensors;
    private readonly long _start;

    private SafetensorsFile(Stream stream, string name, bool leaveOpen)
    {
        _tensors = new RawTensors(stream, name, leaveOpen);
        _start = stream.CanSeek ? stream.Position : 0;
        Name = name;
        Header = SafetensorsHeader.Read(stream, name);
    }

    /// <summary>What messages call the file: its path, or the name it was opened under.</summary>
    public string Name { get; }

    /// <summary>The header: what the file holds, and its metadata.</summary>
    public SafetensorsHeader Header { get; }

    /// <summary>The tensors, in the order of their data.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries => Header.Entries;

    IReadOnlyList<TensorEntry> ITensorSource.Entries => Header.Entries;

    /// <summary>Opens a file and checks its header; the file stays open until <see cref="Dispose"/>.</summary>
    /// <param name="path">A safetensors file; others may read it meanwhile.</param>
    /// <exception cref="CheckpointException">The file is not a valid safetensors file, or uses a type that TorchSharp lacks.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        FileStream stream = CheckpointPath.Open(path);
        try
        {
            return new SafetensorsFile(stream, path, leaveOpen: false);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file that is already a stream, such as an embedded resource, and checks its header.</summary>
    /// <param name="stream">A seekable stream at the start of the file, which ends where the stream does.</param>
    /// <param name="name">What messages call the file.</param>
    /// <param name="leaveOpen">
    /// Whether <see cref="Dispose"/> leaves the stream alone; false by default. It is not closed if Open fails.
    /// </param>
    /// <exception cref="CheckpointException">The file is not a valid safetensors file, or uses a type that TorchSharp lacks.</exception>
    /// <exception cref="ArgumentException">The stream cannot seek.</exception>
    public static SafetensorsFile Open(Stream stream, string name, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        return new SafetensorsFile(stream, name, leaveOpen);
    }

    /// <summary>Reads one tensor.</summary>
    /// <param name="name">The name of an entry, exactly.</param>
    /// <returns>A fresh tensor on the CPU, contiguous, of the stored type and shape; the caller disposes.</returns>
    /// <exception cref="CheckpointException">There is no such entry, a BOOL is neither 0 nor 1, or the file got shorter.</exception>
    public Tensor Read(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Header.ByName.TryGetValue(name, out SafetensorsEntry? entry)
            ? _tensors.Read(entry, _start + Header.DataStart + entry.Begin)
            : throw CheckpointException.NoSuchEntry(Name, name, Entries.Count);
    }

    /// <summary>Reads every tensor, by name: see <see cref="Read"/>.</summary>
    /// <returns>Fresh tensors on the CPU; the caller disposes each of them (or a DisposeScope does).</returns>
    /// <exception cref="CheckpointException">An entry cannot be read; nothing is left allocated.</exception>
    public Dictionary<string, Tensor> ReadAll()
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> all = Entries.ToDictionary(entry => entry.Name, entry => Read(entry.Name), StringComparer.Ordinal);
        foreach (Tensor tensor in all.Values)
            tensor.MoveToOuterDisposeScope();
        return all;
    }

    /// <summary>Closes the file; tensors that were read stay valid.</summary>
    public void Dispose() => _tensors.Dispose();
}

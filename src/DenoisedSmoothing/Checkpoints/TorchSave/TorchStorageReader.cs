using DenoisedSmoothing.Pickle;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>
/// Reads parts of the storages of a torch.save file. Each storage is checked against its checksum the first time any of it is read: in the
/// same pass if all of it is wanted, in a separate pass otherwise.
/// </summary>
/// <param name="storages">The storages.</param>
/// <param name="file">What messages call the file.</param>
/// <param name="verify">Whether checksums are checked.</param>
internal sealed class TorchStorageReader(ITorchStorages storages, string file, bool verify)
{
    private const int ChunkByteCount = 64 << 10;

    private readonly HashSet<string> _verified = new(StringComparer.Ordinal);

    /// <summary>Whether elements come highest byte first.</summary>
    public bool IsBigEndian => storages.IsBigEndian;

    /// <summary>Checks that the file has what a tensor is said to lie in.</summary>
    /// <exception cref="CheckpointException">It does not.</exception>
    public void CheckLength(string entry, PickleStorage storage)
    {
        string key = CheckpointException.Quote(storage.Key);
        if (storages.ByteCount(storage.Key) is not { } byteCount)
            throw CheckpointException.InEntry(file, entry, $"the file has no storage {key}");
        if (byteCount != storage.ByteCount)
        {
            throw CheckpointException.InEntry(
                file, entry, $"its storage {key} has {byteCount} bytes, where its type and size say {storage.ByteCount}");
        }
    }

    /// <summary>Makes sure that a storage really has the bytes it claims, before memory is allocated for them.</summary>
    /// <exception cref="CheckpointException">It does not.</exception>
    public void Prepare(string entry, PickleStorage storage, bool whole)
    {
        bool deflated = storages.IsDeflated(storage.Key);
        if ((deflated || (!whole && verify && storages.Checksum(storage.Key) is not null)) && !_verified.Contains(storage.Key))
            Read(entry, storage, 0, storage.ByteCount, Drain);
    }

    /// <summary>Reads a part of a storage.</summary>
    /// <param name="entry">What messages call the entry.</param>
    /// <param name="storage">The storage, whose length was checked.</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="byteCount">How many.</param>
    /// <param name="copy">Reads exactly that many from the stream it is given.</param>
    /// <exception cref="CheckpointException">The file ended, the storage does not unpack, or its checksum differs.</exception>
    public void Read(string entry, PickleStorage storage, long offset, long byteCount, Action<Stream, long> copy)
    {
        bool whole = byteCount == storage.ByteCount;
        try
        {
            using Stream stream = storages.Open(storage.Key);
            if (stream.CanSeek)
                stream.Position = offset;
            else
                Drain(stream, offset);
            if (!whole || !verify || storages.Checksum(storage.Key) is not { } expected || _verified.Contains(storage.Key))
            {
                copy(stream, byteCount);
            }
            else
            {
                ChecksumStream summed = new(stream);
                copy(summed, byteCount);
                if (summed.Checksum != expected)
                {
                    throw CheckpointException.InEntry(
                        file, entry, $"the checksum of its storage {CheckpointException.Quote(storage.Key)} does not match its bytes");
                }
            }

            if (whole && stream.ReadByte() >= 0)
            {
                throw CheckpointException.InEntry(
                    file,
                    entry,
                    $"its storage {CheckpointException.Quote(storage.Key)} unpacks to more than the {byteCount} bytes that it claims");
            }
        }
        catch (EndOfStreamException)
        {
            throw CheckpointException.InEntry(file, entry, "the file ended inside it");
        }
        catch (InvalidDataException)
        {
            throw CheckpointException.InEntry(file, entry, $"its storage {CheckpointException.Quote(storage.Key)} does not unpack");
        }

        if (whole)
            _verified.Add(storage.Key);
    }

    private static void Drain(Stream stream, long byteCount)
    {
        byte[] chunk = new byte[Math.Min(byteCount, ChunkByteCount)];
        for (long left = byteCount; left > 0; left -= Math.Min(left, chunk.Length))
            stream.ReadExactly(chunk, 0, (int)Math.Min(left, chunk.Length));
    }
}

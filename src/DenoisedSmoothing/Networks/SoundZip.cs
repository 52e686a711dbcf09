using System.Text;
using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Networks;

/// <summary>
/// A zip file whose records all match their checksums. libtorch reads programs without checking any, and then ends the process on some
/// kinds of damage instead of throwing an error.
/// </summary>
internal sealed class SoundZip : IDisposable
{
    private readonly FileStream _stream;
    private readonly ZipDirectory _directory;

    private SoundZip(FileStream stream, ZipDirectory directory, MemoryBudget budget) =>
        (_stream, _directory, Budget) = (stream, directory, budget);

    /// <summary>What reading the file may cost.</summary>
    public MemoryBudget Budget { get; }

    /// <summary>The records' names, as in the archive.</summary>
    public IEnumerable<string> Names => _directory.Records.Select(record => record.Name);

    /// <summary>Opens a zip file and reads all of it once.</summary>
    /// <exception cref="CheckpointException">The file is damaged, and the message names the record; or it unpacks to far more than its
    /// size.</exception>
    public static SoundZip Open(string path)
    {
        FileStream stream = File.OpenRead(path);
        try
        {
            MemoryBudget budget = new(path, stream.Length);
            ZipDirectory directory = ZipDirectory.Read(stream, path, budget);
            byte[] buffer = new byte[1 << 16];
            foreach (ZipRecord record in directory.Records)
            {
                if (record.IsDeflated)
                    budget.Charge(record.ByteCount, "has compressed records that would");
                Check(directory, record, path, buffer);
            }

            return new SoundZip(stream, directory, budget);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>A record's bytes; null where there is no such record.</summary>
    /// <exception cref="CheckpointException">It unpacks to far more than the file's size.</exception>
    public byte[]? Read(string name)
    {
        if (_directory.Find(name) is not { } record)
            return null;
        // As bytes, as text of two bytes each, and in copies.
        Budget.Charge(4 * record.ByteCount, "has code and settings that would");
        using Stream stream = _directory.Open(record);
        byte[] bytes = new byte[record.ByteCount];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>A record's length; null where there is no such record.</summary>
    public long? ByteCount(string name) => _directory.Find(name)?.ByteCount;

    /// <summary>The beginning of an existing record, and its whole length.</summary>
    public byte[] Head(string name, int count, out long length)
    {
        ZipRecord record = _directory.Find(name)!;
        length = record.ByteCount;
        using Stream stream = _directory.Open(record);
        byte[] bytes = new byte[Math.Min(count, length)];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>A record as text; null where there is no such record.</summary>
    public string? ReadText(string name) => Read(name) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    public void Dispose() => _stream.Dispose();

    private static void Check(ZipDirectory directory, ZipRecord record, string path, byte[] buffer)
    {
        long count = 0;
        try
        {
            using ChecksumStream bytes = new(directory.Open(record));
            for (int read; (read = bytes.Read(buffer)) > 0;)
            {
                count += read;
                if (count > record.ByteCount)
                    break;
            }

            // A checksum of 0 was not computed: PyTorch can be told not to.
            if (count == record.ByteCount && (record.Checksum == 0 || record.Checksum == bytes.Checksum))
                return;
        }
        catch (InvalidDataException)
        {
            // Reported below.
        }

        throw CheckpointException.InEntry(path, record.Name, "the zip record does not match its length and checksum");
    }
}

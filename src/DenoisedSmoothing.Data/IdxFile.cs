using System.Buffers.Binary;
using System.IO.Compression;

namespace DenoisedSmoothing.Data;

/// <summary>An array of bytes in the MNIST family's IDX format, plain or gzip-compressed.</summary>
public sealed class IdxFile
{
    private const string Wanted = "an IDX file, as of MNIST,";

    // The largest set of the family (EMNIST) holds 0.7 GB; a header that asks for more is damaged.
    private static readonly long MostBytes = Array.MaxLength;

    private IdxFile(int[] shape, byte[] data)
    {
        Shape = shape;
        Data = data;
    }

    /// <summary>The array's dimensions, outermost first.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>The bytes, row-major.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">An IDX file of unsigned bytes, with or without gzip.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not IDX, not of unsigned bytes, or shorter or longer than its header says.</exception>
    public static IdxFile Read(string path)
    {
        if (Directory.Exists(path))
            throw new InvalidDataException($"{path}: {FileKind.Folder.InsteadOf(Wanted)}");
        using FileStream file = File.OpenRead(path);
        return Read(file, path);
    }

    /// <summary>Reads a stream.</summary>
    /// <param name="stream">Seekable; an IDX file of unsigned bytes, with or without gzip.</param>
    /// <param name="name">What to call it in errors.</param>
    /// <exception cref="InvalidDataException">It is not IDX, not of unsigned bytes, or shorter or longer than its header says.</exception>
    public static IdxFile Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        FileKind? kind = FileKind.Of(stream);
        if (kind is not null && kind != FileKind.Idx && kind != FileKind.Gzip && kind != FileKind.Empty)
            throw new InvalidDataException($"{name}: {kind.InsteadOf(Wanted)}");
        bool zipped = stream.ReadByte() == 0x1f && stream.ReadByte() == 0x8b;
        stream.Position = 0;
        using Stream? unzipped = zipped ? new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true) : null;
        try
        {
            return ReadPlain(unzipped ?? stream, name);
        }
        catch (EndOfStreamException)
        {
            throw new InvalidDataException($"{name}: the file ends before the data that its header announces. Was it copied whole?");
        }
        catch (InvalidDataException e) when (!e.Message.StartsWith(name, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{name}: the gzip data is damaged ({e.Message}). Fetch the file again.", e);
        }
    }

    private static IdxFile ReadPlain(Stream stream, string name)
    {
        Span<byte> word = stackalloc byte[4];
        stream.ReadExactly(word);
        if (word[0] != 0 || word[1] != 0 || word[3] is 0 or > 8)
            throw new InvalidDataException($"{name}: not an IDX file (it starts with {Convert.ToHexString(word)}).");
        if (word[2] != 8)
            throw new InvalidDataException($"{name}: IDX element type 0x{word[2]:x2} is not supported; only unsigned bytes (0x08) are.");

        int[] shape = new int[word[3]];
        long size = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            stream.ReadExactly(word);
            uint length = BinaryPrimitives.ReadUInt32BigEndian(word);
            if (length > MostBytes || (size *= length) > MostBytes)
                throw new InvalidDataException($"{name}: its header announces over {MostBytes} bytes; the file is damaged.");
            shape[i] = (int)length;
        }

        // Grown while reading: a damaged header cannot cause an allocation beyond what the file holds.
        using MemoryStream data = new();
        byte[] buffer = new byte[81920];
        while (data.Length < size)
        {
            int read = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, size - data.Length));
            if (read == 0)
                throw new EndOfStreamException();
            data.Write(buffer, 0, read);
        }

        if (stream.ReadByte() >= 0)
            throw new InvalidDataException($"{name}: there is more data than the header's {string.Join('x', shape)} bytes.");
        return new IdxFile(shape, data.ToArray());
    }
}

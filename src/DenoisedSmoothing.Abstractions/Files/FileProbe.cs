using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Unicode;

namespace DenoisedSmoothing;

/// <summary>Tells kinds of files apart by their first bytes; of a zip archive by what its directory lists.</summary>
internal static class FileProbe
{
    private const int HeadByteCount = 4096;

    /// <summary>The longest header that safetensors allows.</summary>
    private const ulong MaxSafetensorsHeader = 100_000_000;

    private static readonly (byte[] Start, FileKind Kind)[] Signatures =
    [
        ([.. "version https://git-lfs"u8], FileKind.GitLfsPointer),
        ([0x1f, 0x8b], FileKind.Gzip),
        ([.. "BZh"u8], FileKind.Packed),
        ([0xfd, .. "7zXZ"u8], FileKind.Packed),
        ([0x28, 0xb5, 0x2f, 0xfd], FileKind.Packed),
        ([.. "7z"u8, 0xbc, 0xaf], FileKind.Packed),
        ([.. "Rar!"u8], FileKind.Packed),
        ([0x89, .. "HDF\r\n"u8], FileKind.Hdf5),
        ([0x89, .. "PNG\r\n"u8], FileKind.Image),
        ([0xff, 0xd8, 0xff], FileKind.Image),
        ([.. "GIF8"u8], FileKind.Image),
        ([.. "II*\0"u8], FileKind.Image),
        ([.. "MM\0*"u8], FileKind.Image),
        ([0x93, .. "NUMPY"u8], FileKind.Npy),
        ([.. "GGUF"u8], FileKind.Gguf),
        ([.. "%PDF-"u8], FileKind.Pdf),
        ([0x7f, .. "ELF"u8], FileKind.Program),
        ([0, 0, 0x08, 1], FileKind.Idx),
        ([0, 0, 0x08, 3], FileKind.Idx),
        ([0, 0, 0x08, 4], FileKind.Idx),
        // LONG1 of torch.save's magic number, 0x1950a86a20f9469cfc6c, at protocol 2 and, framed, at later ones.
        ([0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46], FileKind.TorchSave),
        ([0x80, 0x03, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46], FileKind.TorchSave),
    ];

    // What may follow the version, the first field of a model, as onnx.proto numbers the fields.
    private static readonly SearchValues<byte> s_onnxFields = SearchValues.Create([0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72, 0xa2]);

    /// <summary>Tells what a stream holds from its position on, and leaves it there.</summary>
    public static FileKind? Recognise(Stream stream)
    {
        long start = stream.Position;
        byte[] buffer = new byte[HeadByteCount];
        int count = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        stream.Position = start;
        ReadOnlySpan<byte> head = buffer.AsSpan(0, count);
        if (!head.StartsWith("PK\u0003\u0004"u8) && !head.StartsWith("PK\u0005\u0006"u8))
            return Recognise(head);
        FileKind kind = InsideOfZip(stream);
        stream.Position = start;
        return kind;
    }

    /// <summary>The kind of a file that is not a zip archive.</summary>
    private static FileKind? Recognise(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty)
            return FileKind.Empty;
        foreach (var (signature, kind) in Signatures)
        {
            if (head.StartsWith(signature))
                return kind;
        }

        // "BM" and the length of the file: many texts begin with just those two letters.
        if ((head.StartsWith("BM"u8) && head.Length > 9 && head[6..10].IndexOfAnyExcept((byte)0) < 0) || IsRiff(head))
            return FileKind.Image;
        if (head.Length >= 512 && head[257..].StartsWith("ustar"u8))
            return head.StartsWith("sys_info\0"u8) || head.StartsWith("./sys_info\0"u8) ? FileKind.TorchSaveTar : FileKind.Tar;
        if (head.Length >= 9 && head[8] == '{' && BinaryPrimitives.ReadUInt64LittleEndian(head) <= MaxSafetensorsHeader)
            return FileKind.Safetensors;
        if (head.Length > 2 && head[0] == 0x80 && head[1] is >= 2 and <= 5)
        {
            // The magic number again, behind a frame.
            int at = head[..Math.Min(head.Length, 32)].IndexOf((byte[])[0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46]);
            return at >= 0 ? FileKind.TorchSave : FileKind.Pickle;
        }

        if (head.Length > 2 && head[0] == 0x08 && head[1] is > 0 and < 32 && s_onnxFields.Contains(head[2]))
            return FileKind.Onnx;
        return IsText(head) ? InsideOfText(Encoding.UTF8.GetString(head)) : null;
    }

    private static bool IsRiff(ReadOnlySpan<byte> head) => head.StartsWith("RIFF"u8) && head.Length >= 12 && head[8..].StartsWith("WEBP"u8);

    private static FileKind InsideOfText(string text)
    {
        text = text.TrimStart('\ufeff', ' ', '\t', '\r', '\n');
        if (text.StartsWith('<'))
            return FileKind.WebPage;
        if (text.StartsWith('{'))
        {
            return Has("weight_map") ? FileKind.SafetensorsIndex
                : Has("fingerprint") && Has("index") ? FileKind.LogJsonLines
                : Has("schema") && Has("kind") ? FileKind.LogSettings
                : Has("model_type") || Has("architectures") || Has("architecture") ? FileKind.ModelConfiguration
                : FileKind.Json;
        }

        return text.StartsWith("idx\t", StringComparison.OrdinalIgnoreCase) ? FileKind.Log
            : text.StartsWith('[') ? FileKind.Json
            : FileKind.Text;

        bool Has(string name) => text.Contains($"\"{name}\"", StringComparison.Ordinal);
    }

    // A full head may end inside a character of up to four bytes.
    private static bool IsText(ReadOnlySpan<byte> head)
    {
        for (int cut = 0; cut < (head.Length == HeadByteCount ? 4 : 1); cut++)
        {
            if (Utf8.IsValid(head[..^cut]))
                return !head.ContainsAnyInRange((byte)0, (byte)8) && !head.ContainsAnyInRange((byte)14, (byte)26);
        }

        return false;
    }

    private static FileKind InsideOfZip(Stream stream)
    {
        try
        {
            using ZipArchive zip = new(stream, ZipArchiveMode.Read, leaveOpen: true);
            return InsideOfZip(zip.Entries.Select(entry => entry.FullName));
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or ArgumentException or OverflowException)
        {
            return FileKind.DamagedZip;
        }
    }

    /// <summary>What an archive is, by the paths of its records.</summary>
    public static FileKind InsideOfZip(IEnumerable<string> records)
    {
        FileKind kind = FileKind.Zip;
        foreach (string record in records)
        {
            // Inside the one folder that PyTorch packs.
            ReadOnlySpan<char> path = record.AsSpan(record.IndexOf('/') + 1);
            if (path is "constants.pkl" || path.StartsWith("code/"))
                return FileKind.TorchScript;
            if (path.StartsWith("data/aotinductor/") || path.StartsWith("aotinductor/"))
                return FileKind.AotInductor;
            if (path is "archive_format" || path.StartsWith("serialized_exported_program"))
                kind = FileKind.TorchExport;
            else if (path is "data.pkl" && kind == FileKind.Zip)
                kind = FileKind.TorchSave;
            else if (path.EndsWith(".npy") && kind == FileKind.Zip)
                kind = FileKind.Npz;
        }

        return kind;
    }
}

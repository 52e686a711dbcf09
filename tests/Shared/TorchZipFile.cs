using System.IO.Compression;
using System.Text;

namespace DenoisedSmoothing.Testing;

/// <summary>Writes zip files as torch.save lays them out.</summary>
internal static class TorchZipFile
{
    /// <summary>A small file in memory.</summary>
    public static byte[] Make(byte[] pickle, params (string Key, byte[] Bytes)[] storages) =>
        Make(pickle, CompressionLevel.NoCompression, storages);

    public static byte[] Make(byte[] pickle, CompressionLevel level, params (string Key, byte[] Bytes)[] storages)
    {
        MemoryStream stream = new();
        Write(stream, pickle, level, storages.Select(storage => (storage.Key, (Action<Stream>)(to => to.Write(storage.Bytes)))));
        return stream.ToArray();
    }

    /// <summary>A file of any size: each storage is written by its action.</summary>
    public static void Write(
        Stream stream, byte[] pickle, CompressionLevel level, IEnumerable<(string Key, Action<Stream> Write)> storages, string folder =
            "archive")
    {
        using ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true);
        Add(zip, $"{folder}/data.pkl", level, to => to.Write(pickle));
        Add(zip, $"{folder}/byteorder", level, to => to.Write("little"u8));
        foreach (var (key, write) in storages)
            Add(zip, $"{folder}/data/{key}", level, write);
        Add(zip, $"{folder}/version", level, to => to.Write(Encoding.ASCII.GetBytes("3\n")));
    }

    private static void Add(ZipArchive zip, string name, CompressionLevel level, Action<Stream> write)
    {
        using Stream to = zip.CreateEntry(name, level).Open();
        write(to);
    }
}

using System.Formats.Tar;

namespace DenoisedSmoothing.Testing;

/// <summary>Writes tar archives, by the runtime's own writer.</summary>
internal static class TarFile
{
    public static byte[] Make(params (string Name, byte[] Bytes)[] records)
    {
        using MemoryStream stream = new();
        using (TarWriter writer = new(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (name, bytes) in records)
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) });
        }

        return stream.ToArray();
    }
}

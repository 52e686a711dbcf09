using System.IO.Compression;
using System.Text;

namespace DenoisedSmoothing.Testing;

/// <summary>TorchScript archives without weights, written as <c>torch.jit.save</c> does: a zip of a pickled object of class M and of M's code.</summary>
internal static class TorchScriptFile
{
    /// <param name="path">The file to write.</param>
    /// <param name="forward">The signature's rest and the body of forward, such as <c>x: Tensor) -> Tensor:\n    return x</c>.</param>
    public static string Save(string path, string forward)
    {
        using ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Create);
        // PROTO 2, GLOBAL, EMPTY_TUPLE, NEWOBJ, {"training": False}, BUILD, STOP.
        Add(zip, "data.pkl", [0x80, 2, (byte)'c', .. "__torch__\nM\n"u8, (byte)')', 0x81, (byte)'}', (byte)'X', 8, 0, 0, 0, .. "training"u8, 0x89, (byte)'s', (byte)'b', (byte)'.']);
        Add(zip, "constants.pkl", [0x80, 2, (byte)')', (byte)'.']);
        Add(zip, "version", "3\n"u8.ToArray());
        Add(zip, "code/__torch__.py", Encoding.UTF8.GetBytes($"""
            class M(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
              def forward(self: __torch__.M,
                {forward}

            """.ReplaceLineEndings("\n")));
        return path;
    }

    private static void Add(ZipArchive zip, string name, byte[] content)
    {
        using Stream entry = zip.CreateEntry("model/" + name, CompressionLevel.NoCompression).Open();
        entry.Write(content);
    }
}

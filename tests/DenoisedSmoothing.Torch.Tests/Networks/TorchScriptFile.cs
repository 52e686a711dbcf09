using System.IO.Compression;
using System.Text;

namespace DenoisedSmoothing.Testing;

/// <summary>
/// TorchScript archives without weights, written as <c>torch.jit.save</c> does: a zip of a pickled object of class M and of M's code.
/// </summary>
internal static class TorchScriptFile
{
    // PROTO 2, GLOBAL, EMPTY_TUPLE, NEWOBJ, {"training": False}, BUILD, STOP.
    private static readonly byte[] s_object = [0x80, 2, .. "c__torch__\nM\n)"u8, 0x81, .. "}X\x08\0\0\0training"u8, 0x89, .. "sb."u8];

    /// <param name="path">The file to write.</param>
    /// <param name="forward">The signature's rest and the body of forward, such as <c>x: Tensor) -> Tensor:\n    return x</c>.</param>
    public static string Save(string path, string forward) => SaveMethods(path, $"  def forward(self: __torch__.M,\n    {forward}\n");

    /// <param name="path">The file to write.</param>
    /// <param name="methods">The methods of M, each beginning with two spaces.</param>
    /// <param name="without">The record that is left out.</param>
    /// <param name="pickled">The objects, where they are not one M.</param>
    /// <param name="attribute">An attribute of M, such as <c>w : Tensor</c>.</param>
    /// <param name="more">More records, or others in their place.</param>
    public static string SaveMethods(
        string path, string methods, string? without = null, byte[]? pickled = null, string? attribute = null,
        params (string Name, byte[] Content)[] more)
    {
        using ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Create);
        Dictionary<string, byte[]> records = new()
        {
            ["data.pkl"] = pickled ?? s_object,
            ["constants.pkl"] = [0x80, 2, (byte)')', (byte)'.'],
            ["version"] = [.. "3\n"u8],
            ["code/__torch__.py"] =
                Encoding.UTF8.GetBytes("class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n"
                    + $"{(attribute is null ? "" : $"  {attribute}\n")}{methods}"),
        };
        foreach ((string name, byte[] content) in more)
            records[name] = content;
        foreach ((string name, byte[] content) in records.Where(record => record.Key != without))
        {
            using Stream entry = zip.CreateEntry("model/" + name, CompressionLevel.NoCompression).Open();
            entry.Write(content);
        }

        return path;
    }
}

using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace DenoisedSmoothing.Tool;

/// <summary>
/// What an auditor gets: the page, the unchanged logs, hashes of models and images, what verification found, and a list of the SHA-256
/// hashes of all files. The same input gives the same bytes.
/// </summary>
internal static class EvidenceBundle
{
    // The earliest time that a ZIP can store.
    private static readonly DateTimeOffset s_time = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private const string Manifest = "MANIFEST.sha256";

    // Read and write for the owner, read for others: a plain file.
    private const int FileMode = 0b1_000_000_110_100_100 << 16;

    /// <summary>Writes it completely or not at all.</summary>
    /// <param name="path">The ZIP.</param>
    /// <param name="view">The report.</param>
    /// <param name="html">Its page.</param>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static void Write(string path, ReportView view, string html)
    {
        SortedDictionary<string, byte[]> files = new(StringComparer.Ordinal)
        {
            ["report.html"] = Encoding.UTF8.GetBytes(html),
            ["certificate.schema.json"] = Schema(),
        };
        IReadOnlyList<BundledLog> logs = BundledLog.Of(view);
        foreach ((string name, byte[] bytes) in logs.SelectMany(static log => log.Files))
            files.Add(name, bytes);
        files.Add("hashes.json", BundleJson.Hashes(logs));
        files.Add("verification.json", BundleJson.Verification(logs));
        files.Add("README.txt", Encoding.UTF8.GetBytes(BundleReadme.Of(view, logs)));
        files.Add(Manifest, Encoding.UTF8.GetBytes(string.Concat(files.Select(static file =>
            $"{Convert.ToHexStringLower(SHA256.HashData(file.Value))}  {file.Key}\n"))));

        string unfinished = path + ".tmp";
        using (FileStream stream = new(unfinished, System.IO.FileMode.Create, FileAccess.Write))
        using (ZipArchive archive = new(stream, ZipArchiveMode.Create))
        {
            foreach ((string name, byte[] bytes) in files)
            {
                ZipArchiveEntry entry = archive.CreateEntry(name, CompressionLevel.Optimal);
                (entry.LastWriteTime, entry.ExternalAttributes) = (s_time, FileMode);
                using Stream content = entry.Open();
                content.Write(bytes);
            }
        }

        File.Move(unfinished, path, overwrite: true);
    }

    private static byte[] Schema()
    {
        using Stream file = typeof(EvidenceBundle).Assembly.GetManifestResourceStream("certificate.schema.json")!;
        using MemoryStream copy = new();
        file.CopyTo(copy);
        return copy.ToArray();
    }
}

using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool;

/// <summary>A log in a bundle: its files, unchanged, under a folder's name.</summary>
/// <param name="Log">The log.</param>
/// <param name="Name">Its path within the bundle.</param>
/// <param name="Files">Its files by their paths within the bundle.</param>
internal sealed record BundledLog(ReportedLog Log, string Name, IReadOnlyList<(string Name, byte[] Bytes)> Files)
{
    private const string Folder = "logs/", JsonLines = ".jsonl";

    /// <summary>Reads the files of all logs; logs with the same name get a number before it.</summary>
    public static IReadOnlyList<BundledLog> Of(ReportView view)
    {
        List<BundledLog> all = [];
        foreach (ReportedLog log in view.Logs)
        {
            string path = log.Log.Path.EndsWith(JsonLines, StringComparison.Ordinal) ? log.Log.Path[..^JsonLines.Length] : log.Log.Path;
            string name = Folder + Path.GetFileName(path);
            for (int other = 2; all.Any(known => known.Name == name); other++)
                name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Folder}{other}-{Path.GetFileName(path)}");
            (string From, string To)[] candidates =
                [(path, name), (path + JsonLines, name + JsonLines),
                    (CertificationLogMeta.PathFor(path), CertificationLogMeta.PathFor(name))];
            all.Add(new BundledLog(log, name, [.. candidates.Where(static file => File.Exists(file.From))
                .Select(static file => (file.To, File.ReadAllBytes(file.From)))]));
        }

        return all;
    }
}

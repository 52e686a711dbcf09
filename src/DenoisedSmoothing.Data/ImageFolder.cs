namespace DenoisedSmoothing.Data;

/// <summary>A folder of class folders, as torchvision's <c>ImageFolder</c> reads one: the same labels and the same order.</summary>
/// <remarks>
/// A class is a subfolder; labels count the subfolders in the ordinal order of their names, which for ImageNet's folders (n01440764, ...)
/// is the standard order of its 1,000 classes. Images lie in them at any depth.
/// </remarks>
public static class ImageFolder
{
    // torchvision's list, which decides about indices, and GIF. Of these TIFF, PPM and PGM are listed but cannot be decoded.
    private static readonly string[] s_extensions = [".jpg", ".jpeg", ".png", ".bmp", ".webp", ".gif", ".ppm", ".pgm", ".tif", ".tiff"];

    /// <summary>Lists a folder; images are read later.</summary>
    /// <param name="folder">The folder that holds the class folders.</param>
    /// <param name="options">How to read the images.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">There are no class folders, or no image in any.</exception>
    public static ImageFiles Open(string folder, ImageFileOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"There is no folder '{folder}'.");
        string[] classes = Names(Directory.EnumerateDirectories(folder));
        if (classes.Length == 0)
            throw new InvalidDataException($"'{folder}' has no subfolders: a class is a subfolder with its images. For images with a list of labels, use a CSV file.");
        (string Path, int Label)[] files = [.. classes.SelectMany((name, label) => Images(folder, name).Select(path => (path, label)))];
        return files.Length > 0
            ? new ImageFiles(folder, files, classes, options)
            : throw new InvalidDataException($"There is no image ({string.Join(", ", s_extensions)}) in the {classes.Length} subfolders of '{folder}', '{classes[0]}' the first.");
    }

    // All folders of a class in the order of their paths, then the files of each: not the order of a plain walk. Slashes everywhere, so
    // that the order is the same on every system.
    private static IEnumerable<string> Images(string folder, string name)
    {
        List<string> folders = [name];
        for (int i = 0; i < folders.Count; i++)
            folders.AddRange(Names(Directory.EnumerateDirectories(Path.Combine(folder, folders[i]))).Select(inner => $"{folders[i]}/{inner}"));
        return folders.Order(StringComparer.Ordinal).SelectMany(path => Names(Directory.EnumerateFiles(Path.Combine(folder, path)))
            .Where(file => s_extensions.Any(extension => file.EndsWith(extension, StringComparison.OrdinalIgnoreCase)))
            .Select(file => $"{path}/{file}"));
    }

    private static string[] Names(IEnumerable<string> paths) => [.. paths.Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}

namespace DenoisedSmoothing.Data;

/// <summary>A folder of class folders, read like torchvision's <c>ImageFolder</c>: with the same labels and the same order.</summary>
/// <remarks>
/// A class is a subfolder, including hidden ones; labels number the subfolders in the order of their names' code points, as Python sorts
/// them, which for ImageNet's folders (n01440764, ...) is the standard order of its 1,000 classes. Images are in them at any depth.
/// </remarks>
public static class ImageFolder
{
    // torchvision's list, which determines the indices. Of these, TIFF, PPM and PGM are listed but cannot be decoded.
    private static readonly string[] s_extensions = [".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp"];

    /// <summary>Lists a folder; images are read later.</summary>
    /// <param name="folder">The folder that holds the class folders.</param>
    /// <param name="options">How to read the images.</param>
    /// <param name="allowEmptyClasses">
    /// Whether a class folder without images keeps its label, as in a part of a larger set. Otherwise it is an error, as in torchvision: a
    /// folder that is not a class, such as <c>.ipynb_checkpoints</c>, would shift the labels of all that follow.
    /// </param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">There are no class folders, or one has no images.</exception>
    public static ImageFiles Open(string folder, ImageFileOptions? options = null, bool allowEmptyClasses = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException(File.Exists(folder)
                ? $"'{folder}' is a file, and a folder of class folders is wanted."
                : $"There is no folder '{folder}'.");
        }

        string[] classes = Names(Directory.EnumerateDirectories(folder));
        if (classes.Length == 0)
        {
            throw new InvalidDataException(
                $"'{folder}' has no subfolders: a class is a subfolder with its images. For images with a list of labels, use a CSV file.");
        }

        string[][] images = [.. classes.Select(name => Images(folder, name).ToArray())];
        string[] empty = [.. classes.Where((_, label) => images[label].Length == 0)];
        if (empty.Length == classes.Length || (empty.Length > 0 && !allowEmptyClasses))
        {
            string others = empty.Length > 1 ? $" and {empty.Length - 1} other class folders" : "";
            throw new InvalidDataException(
                $"There is no image ({string.Join(", ", s_extensions)}) in '{Path.Combine(folder, empty[0])}'{others}. "
                + "Delete folders that are not classes; they would take a label.");
        }

        return new ImageFiles(folder, images.SelectMany((paths, label) => paths.Select(path => (path, label))), classes, options);
    }

    // All folders of a class in the order of their paths, then the files of each: not the order of a plain walk. Slashes everywhere, so
    // that the order is the same on every system. A folder whose name is not UTF-8 cannot be opened: it is listed as an image that cannot
    // be read, so that its contents are not silently skipped.
    private static IEnumerable<string> Images(string folder, string name)
    {
        List<string> folders = [name];
        for (int i = 0; i < folders.Count; i++)
        {
            string path = Path.Combine(folder, folders[i]);
            if (!FileNames.CannotBeOpened(path))
                folders.AddRange(Names(Directory.EnumerateDirectories(path)).Select(inner => $"{folders[i]}/{inner}"));
        }

        return folders.Order(CodePointOrder.Instance).SelectMany(path => FileNames.CannotBeOpened(Path.Combine(folder, path))
            ? [path]
            : Names(Directory.EnumerateFiles(Path.Combine(folder, path))).Where(IsImage).Select(file => $"{path}/{file}"));
    }

    private static bool IsImage(string file) => s_extensions.Any(extension => file.EndsWith(extension, StringComparison.OrdinalIgnoreCase));

    private static string[] Names(IEnumerable<string> paths) =>
        [.. paths.Select(path => Path.GetFileName(path)).Order(CodePointOrder.Instance)];
}

using System.Globalization;

namespace DenoisedSmoothing.Data;

/// <summary>
/// A data set in the four IDX files of MNIST: MNIST itself, KMNIST, QMNIST's first 10,000, EMNIST and similar ones
/// (<see cref="FashionMnist"/> has its classes' names). Grey images in the files' order, gzip-compressed or not.
/// </summary>
/// <remarks>
/// EMNIST is read as stored, as in torchvision: its images are transposed, and the labels of its "letters" part begin with 1.
/// </remarks>
public static class MnistFamily
{
    /// <summary>The training images: <c>train-images-idx3-ubyte</c> and <c>train-labels-idx1-ubyte</c>.</summary>
    /// <param name="folder">The folder with the files.</param>
    /// <param name="classNames">The classes' names, by label; numbers from 0 to 9, or to the largest label, when not given.</param>
    /// <param name="prefix">What the files' names begin with, such as <c>emnist-balanced-</c>.</param>
    /// <exception cref="FileNotFoundException">The files were not found; the message says what was looked for.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or a label has no class.</exception>
    public static LabeledImages Train(string folder, IReadOnlyList<string>? classNames = null, string prefix = "") =>
        Read(folder, prefix + "train", classNames, "");

    /// <summary>
    /// The test images: <c>t10k-images-idx3-ubyte</c> and <c>t10k-labels-idx1-ubyte</c>, or <c>test-...</c> as in EMNIST.
    /// </summary>
    /// <param name="folder">The folder with the files.</param>
    /// <param name="classNames">The classes' names, by label; numbers from 0 to 9, or to the largest label, when not given.</param>
    /// <param name="prefix">What the files' names begin with, such as <c>emnist-balanced-</c>.</param>
    /// <exception cref="FileNotFoundException">The files were not found; the message says what was looked for.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or a label has no class.</exception>
    public static LabeledImages Test(string folder, IReadOnlyList<string>? classNames = null, string prefix = "") =>
        Read(folder, prefix + (Find(folder, prefix + "test-images-idx3-ubyte") is null ? "t10k" : "test"), classNames, "");

    /// <summary>Reads one part.</summary>
    /// <param name="folder">The folder with the files.</param>
    /// <param name="part">What the files' names begin with.</param>
    /// <param name="classNames">The classes' names, or null for numbers.</param>
    /// <param name="source">A sentence on where to get the files, or an empty text.</param>
    internal static LabeledImages Read(string folder, string part, IReadOnlyList<string>? classNames, string source)
    {
        string imagesPath = Need(part + "-images-idx3-ubyte"), labelsPath = Need(part + "-labels-idx1-ubyte");
        IdxFile labels = IdxFile.Read(labelsPath);
        byte largest = labels.Data.Length == 0 ? (byte)0 : labels.Data.ToArray().Max();
        classNames ??= [.. Enumerable.Range(0, Math.Max(10, largest + 1)).Select(number => number.ToString(CultureInfo.InvariantCulture))];
        if (largest >= classNames.Count)
            throw new InvalidDataException($"{labelsPath}: there is a label {largest}, and {classNames.Count} classes.");
        return LabeledImages.FromIdx(IdxFile.Read(imagesPath), imagesPath, labels, labelsPath, classNames);

        string Need(string name) => Find(folder, name)
            ?? throw new FileNotFoundException($"{name}(.gz) is not in '{folder}'.{source}", Path.Combine(folder, name));
    }

    // Some mirrors have a dot instead of the second-to-last dash.
    private static string? Find(string folder, string name) =>
        new[] { $"{name}.gz", name, name.Replace("-idx", ".idx", StringComparison.Ordinal) }
            .Select(file => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
}

using System.Globalization;

namespace DenoisedSmoothing.Data;

/// <summary>
/// CIFAR-10 (Krizhevsky 2009): 50,000 + 10,000 colour 32x32 images of ten classes, from the binary or the Python version.
/// </summary>
/// <remarks>Pickles of the Python version are read as data: nothing in them is run.</remarks>
public static class Cifar10
{
    private static readonly string[] s_train =
        [.. Enumerable.Range(1, 5).Select(batch => string.Create(CultureInfo.InvariantCulture, $"data_batch_{batch}"))];

    /// <summary>The classes' names, by label.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>The 50,000 training images, in the order of the five batches.</summary>
    /// <param name="folder">The folder with <c>data_batch_1.bin</c> or <c>data_batch_1</c> and so on, or the one above it.</param>
    /// <exception cref="FileNotFoundException">Neither version was found; the message says what was looked for.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static LabeledImages Train(string folder) => Read(folder, s_train);

    /// <summary>The 10,000 test images.</summary>
    /// <param name="folder">The folder with <c>test_batch.bin</c> or <c>test_batch</c>, or the one above it.</param>
    /// <exception cref="FileNotFoundException">Neither version was found; the message says what was looked for.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static LabeledImages Test(string folder) => Read(folder, ["test_batch"]);

    private static LabeledImages Read(string folder, string[] files)
    {
        CifarFolder cifar = new(folder, "cifar-10-batches-bin", "cifar-10-batches-py", "www.cs.toronto.edu/~kriz/cifar.html");
        IReadOnlyList<string> names = cifar.ClassNames("batches.meta.txt", "batches.meta", "label_names", ClassNames.Count) ?? ClassNames;
        return cifar.Read(([.. files.Select(file => file + ".bin")], files), labelBytes: 1, labelByte: 0, "labels", names);
    }
}

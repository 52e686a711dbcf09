namespace DenoisedSmoothing.Data;

/// <summary>
/// CIFAR-100 (Krizhevsky 2009): 50,000 + 10,000 colour 32x32 images of 100 classes in 20 groups, from the binary or the Python version.
/// </summary>
/// <remarks>Pickles of the Python version are read as data: nothing in them is run.</remarks>
public static class Cifar100
{
    /// <summary>The 50,000 training images.</summary>
    /// <param name="folder">The folder with <c>train.bin</c> or <c>train</c> and the classes' names, or the one above it.</param>
    /// <param name="coarse">Whether labels are the 20 groups instead of the 100 classes.</param>
    /// <exception cref="FileNotFoundException">Neither version was found; the message says what was looked for.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static LabeledImages Train(string folder, bool coarse = false) => Read(folder, "train", coarse);

    /// <summary>The 10,000 test images.</summary>
    /// <param name="folder">The folder with <c>test.bin</c> or <c>test</c> and the classes' names, or the one above it.</param>
    /// <param name="coarse">Whether labels are the 20 groups instead of the 100 classes.</param>
    /// <exception cref="FileNotFoundException">Neither version was found; the message says what was looked for.</exception>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public static LabeledImages Test(string folder, bool coarse = false) => Read(folder, "test", coarse);

    private static LabeledImages Read(string folder, string part, bool coarse)
    {
        string kind = coarse ? "coarse" : "fine";
        CifarFolder cifar = new(folder, "cifar-100-binary", "cifar-100-python", "www.cs.toronto.edu/~kriz/cifar.html");
        string text = $"{kind}_label_names.txt";
        string[] names = cifar.ClassNames(text, "meta", $"{kind}_label_names", coarse ? 20 : 100) ?? throw cifar.Missing([text], ["meta"]);
        return cifar.Read(([part + ".bin"], [part]), labelBytes: 2, labelByte: coarse ? 0 : 1, $"{kind}_labels", names);
    }
}

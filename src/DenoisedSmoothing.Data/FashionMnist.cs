namespace DenoisedSmoothing.Data;

/// <summary>Fashion-MNIST (Xiao et al. 2017, MIT licence): 60,000 + 10,000 grey 28x28 images of ten kinds of clothing.</summary>
public static class FashionMnist
{
    /// <summary>Where Debian's package <c>dataset-fashion-mnist</c> puts the files.</summary>
    public const string DebianFolder = "/usr/share/datasets/fashion-mnist";

    /// <summary>The classes' names, by label.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    /// <summary>The 60,000 training images.</summary>
    /// <param name="folder">The folder with the four original IDX files, gzip-compressed or not.</param>
    /// <exception cref="FileNotFoundException">The files were not found; the message says where to get them.</exception>
    public static LabeledImages Train(string folder) => Load(folder, "train");

    /// <summary>The 10,000 test images.</summary>
    /// <param name="folder">The folder with the four original IDX files, gzip-compressed or not.</param>
    /// <exception cref="FileNotFoundException">The files were not found; the message says where to get them.</exception>
    public static LabeledImages Test(string folder) => Load(folder, "t10k");

    private static LabeledImages Load(string folder, string part) => MnistFamily.Read(
        folder, part, ClassNames,
        $" Fashion-MNIST comes as Debian package dataset-fashion-mnist (files in {DebianFolder}) or "
        + "from its authors' repository, zalandoresearch/fashion-mnist.");
}

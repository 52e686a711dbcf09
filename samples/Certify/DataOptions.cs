using DenoisedSmoothing;

namespace Certify;

/// <summary>Data sets by name.</summary>
internal static class DataOptions
{
    /// <summary>The names, for help and messages.</summary>
    public static readonly string[] Kinds = ["bundled", "fashion-mnist", "mnist", "cifar10", "cifar100", "folder", "csv"];

    /// <summary>Opens a data set.</summary>
    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="path">Its folder, or the CSV file. <c>bundled</c> has none, <c>fashion-mnist</c> knows Debian's.</param>
    /// <param name="split"><c>train</c> or <c>test</c>. For <c>folder</c>, a subfolder of that name is taken where there is one; a CSV file is its own split.</param>
    /// <param name="grey">Whether image files are read as grey; <c>folder</c> and <c>csv</c> only.</param>
    /// <exception cref="ArgumentException">The name is none, or an option does not belong to it.</exception>
    public static IImageDataset Open(string kind, string? path, string split, bool grey)
    {
        if (split is not ("train" or "test"))
            throw new ArgumentException($"'{split}' is no split: say train or test.");
        if (grey && kind is not ("folder" or "csv"))
            throw new ArgumentException($"Only images of kind folder or csv can be read as grey; '{kind}' has the channels that it has.");
        bool train = split == "train";
        ImageFileOptions files = new() { Grey = grey };
        switch (kind)
        {
            case "bundled":
                return path is null && !train ? FashionMnistPair.TestImages()
                    : throw new ArgumentException("'bundled' is the library's own 500 test images: it has no path, and no training images.");
            case "fashion-mnist":
                path ??= FashionMnist.DebianFolder;
                return train ? FashionMnist.Train(path) : FashionMnist.Test(path);
            case "mnist":
                return train ? MnistFamily.Train(Need()) : MnistFamily.Test(Need());
            case "cifar10":
                return train ? Cifar10.Train(Need()) : Cifar10.Test(Need());
            case "cifar100":
                return train ? Cifar100.Train(Need()) : Cifar100.Test(Need());
            case "folder":
                string inner = Path.Combine(Need(), split);
                return ImageFolder.Open(Directory.Exists(inner) ? inner : Need(), files);
            case "csv":
                return ImageCsv.Open(Need(), options: files);
            default:
                throw new ArgumentException($"'{kind}' is no kind of data set: say {string.Join(", ", Kinds)}.");
        }

        string Need() => path ?? throw new ArgumentException($"Data of kind '{kind}' need a path.");
    }
}

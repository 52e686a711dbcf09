using DenoisedSmoothing.Data;

namespace DenoisedSmoothing.Tool;

/// <summary>Data sets by name.</summary>
internal static class DataSources
{
    public const string Bundled = "bundled";

    private static readonly Dictionary<string, Func<DataChoice, IImageDataset>> s_open = new()
    {
        [Bundled] = choice => choice.Path is null && !IsTrain(choice)
            ? FashionMnistPair.TestImages()
            : throw new ArgumentException(
                $"--data {Bundled} is the library's own 500 test images: it has no --data-path, and no --split train."),
        ["fashion-mnist"] = choice => IsTrain(choice)
            ? FashionMnist.Train(choice.Path ?? FashionMnist.DebianFolder)
            : FashionMnist.Test(choice.Path ?? FashionMnist.DebianFolder),
        ["mnist"] = choice => IsTrain(choice) ? MnistFamily.Train(PathOf(choice)) : MnistFamily.Test(PathOf(choice)),
        ["cifar10"] = choice => IsTrain(choice) ? Cifar10.Train(PathOf(choice)) : Cifar10.Test(PathOf(choice)),
        ["cifar100"] = choice => IsTrain(choice) ? Cifar100.Train(PathOf(choice)) : Cifar100.Test(PathOf(choice)),
        ["folder"] = choice => ImageFolder.Open(SplitFolder(choice), new ImageFileOptions { Grey = choice.Grey }),
        ["csv"] = choice => ImageCsv.Open(ModelOptions.Existing(PathOf(choice))!, null, new ImageFileOptions { Grey = choice.Grey }),
    };

    public static IReadOnlyList<string> Names { get; } = [.. s_open.Keys];

    /// <summary>Opens a data set.</summary>
    /// <exception cref="ArgumentException">An option is missing, or does not belong to this data set.</exception>
    /// <exception cref="IOException">It does not exist; the message says where to get it.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or no image is selected.</exception>
    public static IImageDataset Open(DataChoice choice)
    {
        if (choice.Grey && choice.Name is not ("folder" or "csv"))
            throw new ArgumentException($"--grey is for image files, --data folder or csv: the channels of '{choice.Name}' are fixed.");
        IImageDataset images = s_open[choice.Name](choice);
        return choice.Range.CountOf(images.Count) > 0
            ? choice.Preprocess is { } preprocess ? images.Prepared(preprocess) : images
            : throw new InvalidDataException(
                $"No image is left: the data set has {images.Count}, and --start, --skip, --max and --shard take none of them.");
    }

    /// <summary>Opens the selected images of a data set as their own data set.</summary>
    /// <inheritdoc cref="Open" path="/exception"/>
    public static IImageDataset OpenSelection(DataChoice choice)
    {
        IImageDataset images = Open(choice);
        int[] indices = [.. choice.Range.Indices(images.Count)];
        return indices.Length == images.Count ? images : new SelectedImages(images, indices);
    }

    private static bool IsTrain(DataChoice choice) => choice.Split == "train";

    // ImageNet and similar data sets keep their splits in folders with these names; a folder without them is a single split.
    private static string SplitFolder(DataChoice choice)
    {
        string inner = Path.Combine(PathOf(choice), choice.Split);
        return Directory.Exists(inner) ? inner : PathOf(choice);
    }

    private static string PathOf(DataChoice choice) => choice.Path
        ?? throw new ArgumentException(
            $"--data {choice.Name} needs --data-path: {(choice.Name == "csv" ? "the CSV file" : "the folder with its files")}.");
}

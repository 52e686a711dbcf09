using DenoisedSmoothing.Pickle;

namespace DenoisedSmoothing.Data;

/// <summary>A folder of CIFAR-10 or CIFAR-100, in the binary or the Python version, whichever is there.</summary>
/// <param name="folder">The folder with the files, or the one in which the archive was unpacked.</param>
/// <param name="binary">The subfolder made by the archive of the binary version.</param>
/// <param name="python">The same for the Python version.</param>
/// <param name="home">Where the data set comes from, for messages.</param>
internal sealed class CifarFolder(string folder, string binary, string python, string home)
{
    public const int ImageByteCount = 3 * Side * Side;

    private const int Side = 32;

    /// <summary>Reads the images of one part.</summary>
    /// <param name="files">The part's files in the binary version and in the Python version, in order.</param>
    /// <param name="labelBytes">The labels before each image in the binary version.</param>
    /// <param name="labelByte">Which of them is wanted.</param>
    /// <param name="labelsKey">The wanted labels' key in the Python version.</param>
    /// <param name="classNames">The classes' names.</param>
    public LabeledImages Read(
        (string[] Binary, string[] Python) files, int labelBytes, int labelByte, string labelsKey, IReadOnlyList<string> classNames)
    {
        using MemoryStream pixels = new(), labels = new();
        if (Find(binary, files.Binary) is { } binaries)
        {
            foreach (string path in binaries)
                ReadBinary(path, labelBytes, labelByte, pixels, labels);
        }
        else if (Find(python, files.Python) is { } pickles)
        {
            foreach (string path in pickles)
                ReadPickle(path, labelsKey, pixels, labels);
        }
        else
        {
            throw Missing(files.Binary, files.Python);
        }

        if (labels.ToArray().FirstOrDefault(label => label >= classNames.Count) is > 0 and var wrong)
        {
            throw new InvalidDataException(
                $"{folder}: there is a label {wrong}, and {classNames.Count} classes. Is this another data set, or are the files damaged?");
        }

        return new LabeledImages(pixels.ToArray(), labels.ToArray(), 3, Side, Side, classNames);
    }

    /// <summary>The classes' names from the folder; null if it does not have them.</summary>
    /// <param name="text">A text file of the binary version, one name per line.</param>
    /// <param name="pickle">A pickle of the Python version.</param>
    /// <param name="key">The names' key in the pickle.</param>
    /// <param name="count">How many there are.</param>
    public string[]? ClassNames(string text, string pickle, string key, int count)
    {
        string? path = Find(binary, [text])?[0] ?? Find(python, [pickle])?[0];
        if (path is null)
            return null;
        string[] names = Path.GetFileName(path) == text
            ? [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0)]
            : [.. List(path, Open(path), key).Select(
                name => name is PickleBytes bytes ? bytes.Text : name as string ?? throw Wrong(path, key))];
        return names.Length == count ? names : throw new InvalidDataException($"{path} names {names.Length} classes instead of {count}.");
    }

    /// <summary>The error for a missing data set.</summary>
    public FileNotFoundException Missing(string[] binaries, string[] pickles) => new(
        $"Neither {Text(binary, binaries)} nor {Text(python, pickles)} in '{folder}', nor without the subfolder. "
        + $"Unpack the binary or the Python version from {home} there.");

    private static string Text(string subfolder, string[] names) =>
        $"{subfolder}/{names[0]}" + (names.Length > 1 ? $" to {names[^1]}" : "")
        + (names.Length > 1 ? $" ({names.Length} files) are" : " is");

    private string[]? Find(string subfolder, string[] names)
    {
        foreach (string place in (string[])[folder, Path.Combine(folder, subfolder)])
        {
            string[] paths = [.. names.Select(name => Path.Combine(place, name))];
            if (paths.All(File.Exists))
                return paths;
        }

        return null;
    }

    private static void ReadBinary(string path, int labelBytes, int labelByte, MemoryStream pixels, MemoryStream labels)
    {
        byte[] file = File.ReadAllBytes(path);
        int record = labelBytes + ImageByteCount;
        if (file.Length % record != 0)
            RefuseOtherKinds(path, wanted: null);
        if (file.Length == 0 || file.Length % record != 0)
        {
            throw new InvalidDataException(
                $"{path}: {file.Length} bytes are not a whole number of records of {record} (label and image). "
                + "Was it copied whole, and unpacked?");
        }

        for (int at = 0; at < file.Length; at += record)
        {
            labels.WriteByte(file[at + labelByte]);
            pixels.Write(file, at + labelBytes, ImageByteCount);
        }
    }

    private static void ReadPickle(string path, string labelsKey, MemoryStream pixels, MemoryStream labels)
    {
        PickleDictionary batch = Open(path);
        List<object?> numbers = List(path, batch, labelsKey);
        if (batch["data"] is not NumpyArray { Shape: [_, ImageByteCount] } data)
            throw new InvalidDataException($"{path}: 'data' is not an array of images of {ImageByteCount} bytes. Is it a file of CIFAR?");
        if (data.Shape[0] != numbers.Count)
            throw new InvalidDataException($"{path}: there are {data.Shape[0]} images and {numbers.Count} labels.");
        foreach (object? number in numbers)
            labels.WriteByte(number is long and >= 0 and <= byte.MaxValue and var label ? (byte)label : throw Wrong(path, labelsKey));
        pixels.Write(data.Data);
    }

    private static PickleDictionary Open(string path)
    {
        RefuseOtherKinds(path, FileKind.Pickle);
        using FileStream stream = File.OpenRead(path);
        return NumpyPickle.Read(stream, path) as PickleDictionary
            ?? throw new InvalidDataException($"{path}: the pickle is not a dictionary. Is it a file of CIFAR?");
    }

    /// <summary>Throws if a file is known to be of another kind.</summary>
    private static void RefuseOtherKinds(string path, FileKind? wanted)
    {
        if (FileKind.Of(path) is { } kind && kind != wanted && kind != FileKind.Text)
            throw new InvalidDataException($"{path}: {kind.InsteadOf("a file of CIFAR")}");
    }

    private static List<object?> List(string path, PickleDictionary from, string key) =>
        from[key] as List<object?> ?? throw Wrong(path, key);

    private static InvalidDataException Wrong(string path, string key) =>
        new($"{path}: '{key}' is missing or not a list of what belongs there. Is it a file of CIFAR?");
}

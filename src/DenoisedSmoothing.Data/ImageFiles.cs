using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TorchSharp;

namespace DenoisedSmoothing.Data;

/// <summary>
/// Labelled image files in a fixed order, each decoded when asked for; made by <see cref="ImageFolder"/>, <see cref="ImageCsv"/> or from a
/// list.
/// </summary>
/// <remarks>
/// Reads JPEG, PNG, BMP, WebP and GIF (the first frame). Pixels are those of torchvision's default loader: colours as stored, orientation
/// tags ignored, alpha dropped. Immutable; safe for concurrent reading.
/// </remarks>
public sealed class ImageFiles : IImageDataset
{
    private readonly string _root;
    private readonly (string Path, int Label)[] _files;
    private readonly ImageFileOptions _options;
    private readonly Lazy<string> _fingerprint;

    /// <summary>Takes a list of files; none is opened before it is asked for.</summary>
    /// <param name="root">The folder to which paths are relative.</param>
    /// <param name="files">A path and a label for each image, in the data set's order.</param>
    /// <param name="classNames">The classes' names, by label.</param>
    /// <param name="options">How to read them.</param>
    /// <exception cref="ArgumentException">A label has no class.</exception>
    public ImageFiles(
        string root, IEnumerable<(string Path, int Label)> files, IReadOnlyList<string> classNames, ImageFileOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(classNames);
        (_root, _files, ClassNames, _options) = (root, [.. files], [.. classNames], options ?? new ImageFileOptions());
        foreach ((string path, int label) in _files)
        {
            if (label < 0 || label >= ClassNames.Count)
            {
                throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture, $"{path}: label {label} has no class: there are {ClassNames.Count} classes."),
                    nameof(files));
            }
        }

        _fingerprint = new Lazy<string>(Hash);
    }

    /// <summary>The number of images.</summary>
    public int Count => _files.Length;

    /// <summary>The classes' names, by label.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>
    /// Count, channels, and a hash of each file's path within the data set, size in bytes and label: not of its contents, which would mean
    /// reading everything.
    /// </summary>
    /// <exception cref="FileNotFoundException">A file no longer exists.</exception>
    public string Fingerprint => _fingerprint.Value;

    /// <summary>The path of an image's file, as in the data set's list.</summary>
    /// <param name="index">0 to Count - 1.</param>
    public string ImageName(int index) => _files[index].Path;

    /// <summary>The label of one image.</summary>
    /// <param name="index">0 to Count - 1.</param>
    public int Label(int index) => _files[index].Label;

    /// <summary>Reads and decodes one image.</summary>
    /// <param name="index">0 to Count - 1.</param>
    /// <returns>float32 [3,H,W], or [1,H,W] if read as grey, in [0,1] on the CPU, in the file's own size; the caller disposes it.</returns>
    /// <exception cref="InvalidDataException">
    /// The image is damaged, incomplete, of an unknown format or too large, or a name in its path is not UTF-8; the message names it.
    /// </exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="DllNotFoundException">SkiaSharp's native library is missing; the message says which package to add.</exception>
    public torch.Tensor Image(int index)
    {
        string path = FullPath(index);
        if (FileNames.CannotBeOpened(path))
            throw new InvalidDataException($"{path}: a name in this path is not UTF-8, so it cannot be opened. Rename the file or folder.");
        if (Directory.Exists(path))
            throw new InvalidDataException($"{path}: {FileKind.Folder.InsteadOf("an image")}");
        (byte[] rgb, int height, int width) = ImageDecoder.Decode(File.ReadAllBytes(path), path, _options.MaxPixels);
        return _options.Grey
            ? ImageTensors.FromHwcBytes(ImageDecoder.Grey(rgb), height, width, channels: 1)
            : ImageTensors.FromHwcBytes(rgb, height, width);
    }

    /// <summary>The shape of one image, from its file's header.</summary>
    /// <param name="index">0 to Count - 1.</param>
    /// <returns>Null where the file cannot be read or is not an image; reading it says why.</returns>
    public ImageShape? ShapeOf(int index)
    {
        try
        {
            using FileStream file = File.OpenRead(FullPath(index));
            return ImageDecoder.Size(file) is { } size ? new ImageShape(_options.Grey ? 1 : 3, size.Height, size.Width) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string FullPath(int index) => Path.Combine(_root, _files[index].Path);

    private string Hash()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < Count; i++)
        {
            // No path contains the separator, so different lists have different texts.
            long size = FileNames.CannotBeOpened(FullPath(i)) ? -1 : new FileInfo(FullPath(i)).Length;
            string entry = string.Create(CultureInfo.InvariantCulture, $"{_files[i].Path}\0{size}\0{_files[i].Label}\n");
            hash.AppendData(Encoding.UTF8.GetBytes(entry));
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"files {Count}x{(_options.Grey ? 1 : 3)} {Convert.ToHexStringLower(hash.GetHashAndReset())[..16]}");
    }
}

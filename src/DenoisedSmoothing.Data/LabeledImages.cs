using System.Globalization;
using System.Security.Cryptography;
using TorchSharp;

namespace DenoisedSmoothing.Data;

/// <summary>Byte images of one size with their labels, held in memory; pixels are returned as float32 in [0,1]. Immutable.</summary>
public sealed class LabeledImages : IImageDataset
{
    private readonly ReadOnlyMemory<byte> _pixels;
    private readonly ReadOnlyMemory<byte> _labels;
    private readonly Lazy<string> _fingerprint;

    /// <summary>Wraps pixels and labels.</summary>
    /// <param name="pixels">Count x C x H x W bytes, row-major.</param>
    /// <param name="labels">One label per image, below <paramref name="classNames"/>'s count.</param>
    /// <param name="channels">C.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="classNames">The classes' names, by label.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together, or a label has no class.</exception>
    public LabeledImages(
        ReadOnlyMemory<byte> pixels, ReadOnlyMemory<byte> labels, int channels, int height, int width, IReadOnlyList<string> classNames)
    {
        ArgumentNullException.ThrowIfNull(classNames);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (channels > 4 && width is 1 or 3)
        {
            throw new ArgumentException(
                $"Images of {channels}x{height}x{width} look like [H,W,C]: pixels are in the order C x H x W, C being the channels.",
                nameof(channels));
        }

        if ((Int128)labels.Length * channels * height * width != pixels.Length)
        {
            throw new ArgumentException(
                $"{labels.Length} labels and {pixels.Length} pixel bytes do not fit images of {channels}x{height}x{width}.",
                nameof(pixels));
        }

        foreach (byte label in labels.Span)
        {
            if (label >= classNames.Count)
                throw new ArgumentException($"Label {label} has no class: there are {classNames.Count} classes.", nameof(labels));
        }

        _pixels = pixels;
        _labels = labels;
        (Channels, Height, Width, ClassNames) = (channels, height, width, [.. classNames]);
        _fingerprint = new Lazy<string>(Hash);
    }

    /// <summary>The number of images.</summary>
    public int Count => _labels.Length;

    /// <summary>Channels C.</summary>
    public int Channels { get; }

    /// <summary>Height H in pixels.</summary>
    public int Height { get; }

    /// <summary>Width W in pixels.</summary>
    public int Width { get; }

    /// <summary>The classes' names, by label.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The number of classes.</summary>
    public int ClassCount => ClassNames.Count;

    /// <inheritdoc/>
    public string Fingerprint => _fingerprint.Value;

    /// <inheritdoc/>
    public ImageShape? ShapeOf(int index) => new ImageShape(Channels, Height, Width);

    /// <inheritdoc/>
    public string ImageName(int index) => string.Create(CultureInfo.InvariantCulture, $"image {index}");

    /// <summary>Reads grey images and labels from a pair of IDX files (MNIST and its family), plain or gzip-compressed.</summary>
    /// <param name="imagesPath">An IDX file of shape [count,H,W].</param>
    /// <param name="labelsPath">An IDX file of shape [count].</param>
    /// <param name="classNames">The classes' names; the digits 0 to 9 when not given.</param>
    /// <exception cref="InvalidDataException">A file is damaged or of another shape.</exception>
    public static LabeledImages FromIdx(string imagesPath, string labelsPath, IReadOnlyList<string>? classNames = null) =>
        FromIdx(IdxFile.Read(imagesPath), imagesPath, IdxFile.Read(labelsPath), labelsPath, classNames);

    internal static LabeledImages FromIdx(
        IdxFile images, string imagesName, IdxFile labels, string labelsName, IReadOnlyList<string>? classNames)
    {
        if (images.Shape.Count != 3)
        {
            throw new InvalidDataException(
                $"{imagesName}: images have shape [count,H,W]; this has {images.Shape.Count} dimensions. Are images and labels swapped?");
        }

        if (labels.Shape.Count != 1)
        {
            throw new InvalidDataException(
                $"{labelsName}: labels have shape [count]; this has {labels.Shape.Count} dimensions. Are images and labels swapped?");
        }

        if (images.Shape[0] != labels.Shape[0])
        {
            throw new InvalidDataException(
                $"{imagesName} has {images.Shape[0]} images, {labelsName} {labels.Shape[0]} labels. Do they belong together?");
        }

        string[] digits = [.. Enumerable.Range(0, 10).Select(digit => digit.ToString(CultureInfo.InvariantCulture))];
        return new LabeledImages(images.Data, labels.Data, 1, images.Shape[1], images.Shape[2], classNames ?? digits);
    }

    /// <summary>Takes images of one size into memory, for the trainers: any data set, or a part of it.</summary>
    /// <param name="dataset">
    /// The images; an image that cannot be read ends the reading. <see cref="ImageDatasets.Prepared"/> brings images to one size.
    /// </param>
    /// <param name="range">Which of them; all when not given. They are renumbered from 0.</param>
    /// <param name="progress">Receives the number of images read so far.</param>
    /// <param name="cancellationToken">Stops between two images.</param>
    /// <returns>The same images in the same order; <paramref name="dataset"/> itself where it is in memory and wanted as a whole.</returns>
    /// <exception cref="InvalidDataException">
    /// An image cannot be read, has another size than the first, or has pixels that are not multiples of 1/255, unlike files with 8 bits
    /// per channel; the message names it.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// There are no images, a pixel is outside [0,1], there are more images than fit into one array, or more than 256 classes.
    /// </exception>
    public static LabeledImages From(
        IImageDataset dataset, DatasetRange? range = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        if (dataset.ClassNames.Count > 256)
        {
            throw new ArgumentException(
                $"{dataset.ClassNames.Count} classes are more than the 256 that can be held in memory.", nameof(dataset));
        }

        range ??= new DatasetRange();
        int[] indices = [.. range.Indices(dataset.Count)];
        if (indices.Length == 0)
            throw new ArgumentException("There are no images to take.", nameof(dataset));
        if (dataset is LabeledImages already && indices.Length == dataset.Count)
            return already;
        dataset.RequireOneShape(range, cancellationToken);
        byte[] pixels = [], labels = new byte[indices.Length];
        ImageShape shape = default;
        for (int i = 0; i < indices.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using torch.Tensor image = dataset.Image(indices[i]);
            (float[] values, long[] sizes) = ImageTensors.Read(image);
            ImageShape read = new((int)sizes[0], (int)sizes[1], (int)sizes[2]);
            if (i == 0)
                (shape, pixels) = (read, Memory(indices.Length, values.Length));
            if (read != shape)
                throw ImageDatasets.OtherShape(dataset.ImageName(indices[i]), read, dataset.ImageName(indices[0]), shape);
            CopyBytes(values, pixels.AsSpan(i * values.Length), dataset.ImageName(indices[i]));
            labels[i] = (byte)dataset.Label(indices[i]);
            progress?.Report(i + 1);
        }

        return new LabeledImages(pixels, labels, shape.Channels, shape.Height, shape.Width, dataset.ClassNames);
    }

    /// <summary>The label of one image.</summary>
    /// <param name="index">0 to Count - 1.</param>
    public int Label(int index) => _labels.Span[index];

    /// <summary>The bytes of one image, C x H x W.</summary>
    /// <param name="index">0 to Count - 1.</param>
    public ReadOnlySpan<byte> Pixels(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        int size = _pixels.Length / Count;
        return _pixels.Span.Slice(index * size, size);
    }

    /// <summary>One image.</summary>
    /// <param name="index">0 to Count - 1.</param>
    /// <returns>float32 [C,H,W] in [0,1] on the CPU; the caller disposes it.</returns>
    public torch.Tensor Image(int index)
    {
        using torch.Tensor batch = Images([index]);
        return batch.squeeze(0);
    }

    /// <summary>Several images.</summary>
    /// <param name="indices">Each 0 to Count - 1.</param>
    /// <returns>float32 [N,C,H,W] in [0,1] on the CPU; the caller disposes it.</returns>
    public torch.Tensor Images(ReadOnlySpan<int> indices)
    {
        float[] values = new float[(long)indices.Length * Channels * Height * Width];
        int at = 0;
        foreach (int index in indices)
        {
            foreach (byte pixel in Pixels(index))
                values[at++] = pixel / 255f;
        }

        return torch.tensor(values, [indices.Length, Channels, Height, Width]);
    }

    /// <summary>The labels of several images.</summary>
    /// <param name="indices">Each 0 to Count - 1.</param>
    /// <returns>int64 [N] on the CPU; the caller disposes it.</returns>
    public torch.Tensor Labels(ReadOnlySpan<int> indices)
    {
        long[] labels = new long[indices.Length];
        for (int i = 0; i < labels.Length; i++)
            labels[i] = Label(indices[i]);
        return torch.tensor(labels);
    }

    private static void CopyBytes(float[] values, Span<byte> pixels, string name)
    {
        for (int i = 0; i < values.Length; i++)
        {
            pixels[i] = ImageTensors.ToByte(values[i]);
            if (MathF.Abs(values[i] * 255f - pixels[i]) > 1e-3f)
            {
                throw new InvalidDataException(string.Create(
                    CultureInfo.InvariantCulture, $"{name} has a pixel of {values[i]}, which is not a multiple of 1/255."));
            }
        }
    }

    private static byte[] Memory(int images, int imageSize) => (long)images * imageSize <= Array.MaxLength
        ? new byte[images * imageSize]
        : throw new ArgumentException(
            $"{images} images of {imageSize} bytes are more than the {Array.MaxLength} bytes that can be held. Take fewer of them.");

    private string Hash()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(_pixels.Span);
        hash.AppendData(_labels.Span);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"images {Count}x{Channels}x{Height}x{Width} {Convert.ToHexStringLower(hash.GetHashAndReset())[..16]}");
    }
}

using DenoisedSmoothing.Preprocessing;

namespace DenoisedSmoothing.Data;

/// <summary>Operations for every data set.</summary>
public static class ImageDatasets
{
    /// <summary>Reads the selected images one by one, each under its own index in the data set.</summary>
    /// <param name="dataset">The images.</param>
    /// <param name="range">Which of them; all when not given.</param>
    /// <param name="onCorrupt">
    /// Receives the index and the error of an image that cannot be read, which is then skipped; when not given, the error ends the reading.
    /// </param>
    /// <returns>
    /// Images as <see cref="SmoothedClassifier.CertifyMany"/> takes them, read when their turn comes; the caller disposes each.
    /// </returns>
    /// <exception cref="InvalidDataException">An image cannot be read, and <paramref name="onCorrupt"/> is not given.</exception>
    public static IEnumerable<SmoothingImage> Read(
        this IImageDataset dataset, DatasetRange? range = null, Action<int, InvalidDataException>? onCorrupt = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return Images();

        IEnumerable<SmoothingImage> Images()
        {
            foreach (int index in (range ?? new DatasetRange()).Indices(dataset.Count))
            {
                SmoothingImage image;
                try
                {
                    image = new SmoothingImage(dataset.Image(index), index);
                }
                catch (InvalidDataException e) when (onCorrupt is not null)
                {
                    onCorrupt(index, e);
                    continue;
                }

                yield return image;
            }
        }
    }

    /// <summary>The same images after a preprocessing, under the same indices: the result is what is certified.</summary>
    /// <param name="dataset">The images as they are stored.</param>
    /// <param name="preprocess">What happens to each when it is read.</param>
    /// <returns>
    /// A view, whose fingerprint includes the preprocessing. An image that does not fit the preprocessing counts as one that cannot be
    /// read.
    /// </returns>
    public static IImageDataset Prepared(this IImageDataset dataset, ImagePreprocess preprocess)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(preprocess);
        return new PreparedImages(dataset, preprocess);
    }

    /// <summary>
    /// Makes sure, before any image is decoded, that the selected ones have the same shape, as those of one call of CertifyMany must.
    /// </summary>
    /// <remarks>For files, only the headers are read. Images whose shape is not known, or that cannot be read, are skipped.</remarks>
    /// <param name="dataset">The images.</param>
    /// <param name="range">Which of them; all when not given.</param>
    /// <param name="cancellationToken">Stops between two images.</param>
    /// <exception cref="InvalidDataException">
    /// Two images have different shapes; the message names them, and says what brings images to one shape.
    /// </exception>
    public static void RequireOneShape(
        this IImageDataset dataset, DatasetRange? range = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        (int Index, ImageShape Shape)? first = null;
        foreach (int index in (range ?? new DatasetRange()).Indices(dataset.Count))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (dataset.ShapeOf(index) is not { } shape)
                continue;
            first ??= (index, shape);
            if (shape != first.Value.Shape)
                throw OtherShape(dataset.ImageName(index), shape, dataset.ImageName(first.Value.Index), first.Value.Shape);
        }
    }

    internal static InvalidDataException OtherShape(string name, ImageShape shape, string firstName, ImageShape firstShape) => new(
        $"{name} is {shape} (channels x height x width), and {firstName} is {firstShape}: all images of a run have one shape. "
        + "Resize and crop them before the noise, such as by new ImagePreprocess().Resize(256).CenterCrop(224).");
}

namespace DenoisedSmoothing.Data;

/// <summary>Reading a selection of a data set in order.</summary>
public static class ImageDatasetReading
{
    /// <summary>Reads the selected images one by one, each under its own index in the data set.</summary>
    /// <param name="dataset">The images.</param>
    /// <param name="range">Which of them; all when not given.</param>
    /// <param name="onCorrupt">Told the index and the error of an image that cannot be read, which is then skipped; when not given, the error ends the reading.</param>
    /// <returns>Images as <see cref="SmoothedClassifier.CertifyMany"/> takes them, read when their turn comes; the caller disposes each.</returns>
    /// <exception cref="InvalidDataException">An image cannot be read, and <paramref name="onCorrupt"/> is not given.</exception>
    public static IEnumerable<IndexedImage> Read(this IImageDataset dataset, DatasetRange? range = null, Action<int, InvalidDataException>? onCorrupt = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return Images();

        IEnumerable<IndexedImage> Images()
        {
            foreach (int index in (range ?? new DatasetRange()).Indices(dataset.Count))
            {
                IndexedImage image;
                try
                {
                    image = new IndexedImage(index, dataset.Image(index));
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
}

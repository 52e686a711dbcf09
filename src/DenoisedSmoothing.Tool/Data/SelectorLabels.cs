using System.Globalization;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Logs;
using TorchSharp;

namespace DenoisedSmoothing.Tool;

/// <summary>Labels for a selector, from a log of certificates: 1 where an image is certified correctly, and far enough.</summary>
/// <param name="Log">The log.</param>
/// <param name="Radius">The smallest certified radius of an image to be selected.</param>
internal sealed record SelectorLabels(string Log, double Radius)
{
    /// <summary>The classes of a selector, by label.</summary>
    public static IReadOnlyList<string> Classes { get; } = ["left to the core", "selected"];

    /// <summary>The selected images of a data set that have a line in the log, with these labels.</summary>
    /// <param name="data">The data set, and which of its images.</param>
    /// <param name="output">Receives how many there are of each label.</param>
    /// <exception cref="InvalidDataException">The log is for other images, for predictions or for l1, or has nothing to tell
    /// apart.</exception>
    public IImageDataset Of(DataChoice data, TextWriter output)
    {
        IImageDataset images = DataSources.Open(data);
        CertificationLog log = CertificationLog.Read(Log);
        Require(log, images);
        Dictionary<long, bool> chosen = log.Rows.ToDictionary(static row => row.Index, row => row.Correct && row.Radius >= Radius);
        int[] asked = [.. data.Range.Indices(images.Count)], indices = [.. asked.Where(index => chosen.ContainsKey(index))];
        int[] labels = [.. indices.Select(index => chosen[index] ? 1 : 0)];
        int selected = labels.Sum();
        string counts = string.Create(CultureInfo.InvariantCulture,
            $"{selected} of {indices.Length} images are right and certified at radius {Radius} in {Log}");
        if (selected == 0 || selected == indices.Length)
            throw new InvalidDataException($"{counts}: a selector learns from images of both kinds. Choose another --select-radius, or "
                + "more images.");
        output.WriteLine(asked.Length == indices.Length ? counts : string.Create(CultureInfo.InvariantCulture,
            $"{counts}; {asked.Length - indices.Length} images have no line there and are left out"));
        return new Labelled(new SelectedImages(images, indices), labels);
    }

    /// <summary>What a selector's file says besides its network.</summary>
    public Dictionary<string, string> Remarks => new()
    {
        [FileMetadata.SelectorRadiusKey] = Radius.ToString("R", CultureInfo.InvariantCulture),
    };

    /// <summary>Refuses a classifier that cannot select.</summary>
    /// <exception cref="ArgumentException">It does not have two classes.</exception>
    public void Require(IClassifier classifier)
    {
        if (classifier.ClassCount != Classes.Count)
            throw new ArgumentException(
                $"A selector has {Classes.Count} classes, and the classifier to start from {classifier.ClassCount}: start from random "
                + "weights, or from a selector that dds train-classifier --select-from wrote.");
    }

    private void Require(CertificationLog log, IImageDataset images)
    {
        if (log.Kind != CertificationLogKind.Certify)
            throw new InvalidDataException($"{Log} holds predictions: a selector learns from certificates.");
        if (log.Norm != Norm.L2)
            throw new InvalidDataException($"{Log} has radii in {ReportText.Name(log.Norm)}, and dds aces certifies l2.");
        if (log.Meta?.Settings.GetValueOrDefault(CertificationLogMeta.DataSetting) is { } its && its != images.Fingerprint)
            throw new InvalidDataException($"{Log} is of other images: of '{its}', and these are '{images.Fingerprint}'.");
        foreach (CertificationLogRow row in log.Rows)
        {
            // Also where nothing beside the log says which images it is for.
            if (row.Index >= images.Count)
                throw new InvalidDataException(
                    $"{Log} is of other images: it has image {row.Index}, and the data set ends at {images.Count - 1}.");
            if (images.Label((int)row.Index) is var label && label != row.Label)
                throw new InvalidDataException(
                    $"{Log} is of other images: image {row.Index} has the label {row.Label} there, and {label} in the data set.");
        }
    }

    /// <summary>Images under other labels.</summary>
    private sealed class Labelled(IImageDataset images, int[] labels) : IImageDataset
    {
        public int Count => images.Count;

        public IReadOnlyList<string> ClassNames => Classes;

        public string Fingerprint => $"{images.Fingerprint} to select {Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData([.. labels.Select(static label => (byte)label)]))[..16]}";

        public string ImageName(int index) => images.ImageName(index);

        public int Label(int index) => labels[index];

        public ImageShape? ShapeOf(int index) => images.ShapeOf(index);

        public torch.Tensor Image(int index) => images.Image(index);
    }
}

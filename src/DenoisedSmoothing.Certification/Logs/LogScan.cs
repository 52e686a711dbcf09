namespace DenoisedSmoothing.Logs;

/// <summary>What a log's JSON lines say beyond its rows, collected line by line.</summary>
internal sealed class LogScan
{
    private readonly HashSet<(ulong, long)> _noise = [];
    private readonly List<SkippedImage> _skipped = [];
    private long _images;

    /// <summary>The largest alpha of any line; null before the first.</summary>
    public double? Alpha { get; private set; }

    /// <summary>The norm of all radii; null before the first line, and for predictions.</summary>
    public Norm? Norm { get; private set; }

    /// <summary>How many images share the seed and image index, and so the noise, of an earlier one.</summary>
    public int SharedNoise { get; private set; }

    public IReadOnlyList<SkippedImage> Skipped => _skipped;

    /// <summary>Whether the end has been reached.</summary>
    public bool HasEnded { get; private set; }

    /// <exception cref="InvalidDataException">
    /// The norm differs from the earlier one, or the end's counts do not match what came before it.
    /// </exception>
    public void Add(LogRecord record, string path)
    {
        if (record.Entry is { } entry)
        {
            _images++;
            Alpha = Math.Max(Alpha ?? 0, entry.Alpha);
            if (Norm is { } norm && entry.Norm is { } its && its != norm)
            {
                throw new InvalidDataException(
                    $"{path}: image {entry.Index} has a radius in {Name(its)}, and those before it have theirs in {Name(norm)}.");
            }

            Norm ??= entry.Norm;
            if (entry.Provenance is { } provenance && !_noise.Add((provenance.Seed, provenance.ImageIndex)))
                SharedNoise++;
        }

        if (record.Skipped is { } skipped)
            _skipped.Add(skipped);
        if (record.End is not { } end)
            return;
        HasEnded = true;
        if ((end.Images, end.Skipped) != (_images, _skipped.Count))
        {
            throw new InvalidDataException(
                $"{path}: the end says {end.Images} images and {end.Skipped} skipped, and there are {_images} and {_skipped.Count}; the "
                    + $"file was edited.");
        }
    }

    private static string Name(Norm norm) => norm.ToString().ToLowerInvariant();
}

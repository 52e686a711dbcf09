using DenoisedSmoothing.Data;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Preprocessing;
using DenoisedSmoothing.Soft;

namespace DenoisedSmoothing.Experiments;

/// <summary>
/// A data set, certified or predicted image by image: what <c>dds certify</c> and <c>dds predict</c> do. With a log, a run that is stopped
/// or killed at any moment continues where it was, and shards of a run merge into the log of the whole.
/// </summary>
public sealed record CertificationRun
{
    /// <summary>Certificates or predictions.</summary>
    /// <value>Certificates.</value>
    public CertificationLogKind Kind { get; init; } = CertificationLogKind.Certify;

    /// <summary>The data set. Its indices are part of the noise counter.</summary>
    public required IImageDataset Images { get; init; }

    /// <summary>Which of its images, and which share of them.</summary>
    /// <value>All.</value>
    public DatasetRange Range { get; init; } = new();

    /// <summary>What happens to an image before the noise, which decides what is certified; null for nothing.</summary>
    public ImagePreprocess? Preprocess { get; init; }

    /// <summary>Whether an image that cannot be read is skipped, and noted in the log, instead of ending the run.</summary>
    public bool SkipUnreadable { get; init; }

    /// <summary>What is smoothed.</summary>
    public required IBaseClassifier BaseClassifier { get; init; }

    /// <summary>What the models are, for display: a note in the settings, not a part of them.</summary>
    public string? Models { get; init; }

    /// <summary>The smoothing noise.</summary>
    public required ISmoothingNoise Noise { get; init; }

    /// <summary>The statistics for votes; null where <see cref="Soft"/> is given.</summary>
    public ICertifier? Certifier { get; init; }

    /// <summary>The statistics for mean scores, for certificates from these; null for votes. Images are then certified one after another,
    /// on one device.</summary>
    public SoftCertifier? Soft { get; init; }

    /// <summary>The statistics, with their parameters.</summary>
    internal CertificationMethod Method => Certifier?.Method ?? Soft!.Method;

    /// <summary>Rows of every forward pass, in [1, 65536]; part of what is certified.</summary>
    public required int Batch { get; init; }

    /// <summary>Where the base classifier computes, such as <c>cpu</c> or <c>cuda</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>
    /// The same base classifier on each further device, which take the next rows when they are free. Neither answers nor settings depend on
    /// how many there are: runs on one card and on eight are shards of one run.
    /// </summary>
    /// <value>None.</value>
    public IReadOnlyList<BaseClassifierReplica> MoreReplicas { get; init; } = [];

    /// <summary>
    /// The noise key. Null means, for certificates, the one with which a resumed log began, or a fresh one; for predictions, one that
    /// nobody learns. Trying several and keeping the best voids alpha.
    /// </summary>
    public ulong? Seed { get; init; }

    /// <summary>The log's file; null keeps none.</summary>
    public string? LogPath { get; init; }

    /// <summary>Whether an existing log is continued; otherwise it is an error.</summary>
    public bool Resume { get; init; }

    /// <summary>Checks everything that can be checked before the first image, and opens the log.</summary>
    /// <exception cref="ArgumentException">Models, data set and settings do not fit together, or replicas compute on devices of several
    /// kinds.</exception>
    /// <exception cref="IOException">A log exists and is not to be resumed, or the log cannot be written.</exception>
    /// <exception cref="InvalidDataException">The existing log has other settings (each is named), or was damaged or edited.</exception>
    public CertificationSession Open() => new(this);
}

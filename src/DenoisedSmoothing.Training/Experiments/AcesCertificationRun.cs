using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Experiments;

/// <summary>
/// A data set, answered image by image by a model with a core (<see cref="AcesClassifier"/>): what <c>dds aces</c> does. With rows on disk,
/// a run that is stopped or killed at any moment goes on where it was.
/// </summary>
public sealed record AcesCertificationRun
{
    /// <summary>
    /// The certification model, with images, noise, batch, seed and rows (<see cref="CertificationRun.LogPath"/>). Its certifier is that of
    /// selection and label each, so it has half of alpha.
    /// </summary>
    public required CertificationRun Certification { get; init; }

    /// <summary>What is smoothed to select images, of two classes: 0 is left to the core, 1 is certified.</summary>
    public required IBaseClassifier Selector { get; init; }

    /// <summary>The selector once more on each device of <see cref="CertificationRun.MoreReplicas"/>.</summary>
    /// <value>None.</value>
    public IReadOnlyList<BaseClassifierReplica> MoreSelectors { get; init; } = [];

    /// <summary>How images are selected, in a word without tabs or line ends: every row says it.</summary>
    public required string Selection { get; init; }

    /// <summary>The core model, as it is, on the device of the certification model.</summary>
    public required IClassifier Core { get; init; }

    /// <summary>Checks everything that can be checked before the first image, and opens the rows.</summary>
    /// <exception cref="ArgumentException">Models, data set and settings do not fit together.</exception>
    /// <exception cref="IOException">Rows are there and are not to be resumed, or cannot be written.</exception>
    /// <exception cref="LogInUseException">Another process is writing them.</exception>
    /// <exception cref="InvalidDataException">The rows there have other settings, each of which is named, or were damaged or
    /// edited.</exception>
    public AcesSession Open() => new(this);
}

using DenoisedSmoothing.Data;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Preprocessing;
using DenoisedSmoothing.Verification;

namespace DenoisedSmoothing.Experiments;

/// <summary>
/// A log of certificates whose votes are drawn again, all or a random share of them: what <c>dds verify --redraw</c> does. A share is
/// picked afresh each time, so that nobody who writes a log can know which lines it will be.
/// </summary>
public sealed record RedrawRun
{
    /// <summary>The log, or its JSON lines.</summary>
    public required string LogPath { get; init; }

    /// <summary>The data set that the log's indices count.</summary>
    public required IImageDataset Images { get; init; }

    /// <summary>What happened to an image before the noise; null for nothing.</summary>
    public ImagePreprocess? Preprocess { get; init; }

    /// <summary>Makes the base classifier of a noise level, the certified sigma; called once for each level in the log.</summary>
    public required Func<double, IBaseClassifier> BaseClassifier { get; init; }

    /// <summary>Where it computes, such as <c>cpu</c> or <c>cuda</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>The share of the certificates to draw again, above 0 and at most 1. At least one is drawn.</summary>
    /// <value>1, all of them, unless set.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is set to another.</exception>
    public double Share { get; init => field = RedrawImages.Share(value); } = 1;

    /// <summary>Draws the votes again, one certificate after another.</summary>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>Each certificate drawn, in the order of the log, with its differences.</returns>
    /// <exception cref="InvalidDataException">A line or an image cannot be read, or the log holds predictions: these keep no
    /// seed.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public IEnumerable<RedrawnCertificate> Run(CancellationToken cancellationToken = default)
    {
        CertificationLogEntry[] entries = [.. CertificationLogEntry.ReadAll(LogPath)];
        if (entries.Any(static entry => entry.Transferred is not null))
            throw new InvalidDataException($"{LogPath} holds transferred certificates: draw those of the log that they come from.");
        if (entries.Any(static entry => entry.Soft is not null))
            throw new InvalidDataException(
                $"{LogPath} holds certificates of mean scores, not of votes: certify again under the same seed, into another log, to "
                + "compare them.");
        if (entries.Any(static entry => entry.Certificate is null))
            throw new InvalidDataException($"{LogPath} is a log of predictions: they keep no seed, so their votes cannot be drawn again.");
        Dictionary<double, CertificateRedraw> redraws = [];
        RedrawImages images = new(LogPath, Images, Preprocess);
        foreach (CertificationLogEntry entry in RedrawImages.Picked(entries, Share))
        {
            Certificate certificate = entry.Certificate!;
            if (!redraws.TryGetValue(certificate.Sigma, out CertificateRedraw? redraw))
                redraws.Add(certificate.Sigma, redraw = new CertificateRedraw(BaseClassifier(certificate.Sigma), Device));
            yield return images.Redraw(entry.Index, entry.Label, certificate.N0 + certificate.N,
                image => redraw.Verify(image, certificate, cancellationToken));
        }
    }
}

using DenoisedSmoothing.Aces;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Preprocessing;
using DenoisedSmoothing.Verification;

namespace DenoisedSmoothing.Experiments;

/// <summary>
/// Rows of a model with a core whose votes are drawn again, all or a random share of them: what <c>dds verify --redraw</c> does with
/// rows of <c>dds aces</c>. A share is picked afresh each time, as by <see cref="RedrawRun"/>.
/// </summary>
public sealed record AcesRedrawRun
{
    /// <summary>The rows, with their settings beside them.</summary>
    public required string RowsPath { get; init; }

    /// <summary>The data set that the rows' indices count.</summary>
    public required IImageDataset Images { get; init; }

    /// <summary>What happened to an image before the noise; null for nothing.</summary>
    public ImagePreprocess? Preprocess { get; init; }

    /// <summary>Makes what was smoothed to select images, of the certified sigma; called once.</summary>
    public required Func<double, IBaseClassifier> Selector { get; init; }

    /// <summary>Makes the certification model's base classifier, of the certified sigma; called once.</summary>
    public required Func<double, IBaseClassifier> Certified { get; init; }

    /// <summary>The core model, on the device.</summary>
    public required IClassifier Core { get; init; }

    /// <summary>Where the models compute, such as <c>cpu</c> or <c>cuda</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>The share of the rows to draw again, above 0 and at most 1. At least one is drawn.</summary>
    /// <value>1, all of them, unless set.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is set to another.</exception>
    public double Share { get; init => field = RedrawImages.Share(value); } = 1;

    /// <summary>Draws the votes again, one row after another.</summary>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>Each row drawn, in the order of the file, with its differences. Where data set or preparation are not those of the
    /// settings, nothing is drawn, and each row says so.</returns>
    /// <exception cref="InvalidDataException">A row or an image cannot be read, the rows are of an earlier version and hold no votes, or
    /// the settings beside them are missing or do not say how the votes were drawn.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public IEnumerable<RedrawnCertificate> Run(CancellationToken cancellationToken = default)
    {
        AcesRow[] rows = [.. AcesLog.ReadAll(RowsPath)];
        CertificationLogMeta settings = CertificationLogMeta.Find(RowsPath) ?? throw new InvalidDataException(
            $"{RowsPath} has no {CertificationLogMeta.PathFor(RowsPath)} beside it, so nothing says how its votes were drawn.");
        double sigma = settings.Sigma ?? throw new InvalidDataException(
            $"{CertificationLogMeta.PathFor(RowsPath)} does not say sigma, so the votes of these rows cannot be drawn again.");
        IReadOnlyList<VerificationFinding> elsewhere =
        [
            .. Other(settings, CertificationLogMeta.DataSetting, Images.Fingerprint),
            .. Other(settings, "preprocess", Preprocess?.ToString() ?? "none"),
        ];
        AcesRedraw redraw = new(Selector(sigma), Certified(sigma), Core, settings, Device);
        RedrawImages images = new(RowsPath, Images, Preprocess);
        foreach (AcesRow row in RedrawImages.Picked(rows, Share))
        {
            yield return elsewhere.Count > 0
                ? new RedrawnCertificate(row.Index, 0, elsewhere)
                : images.Redraw(row.Index, row.Label, Votes(row.SelectedBy!) + Votes(row.CertifiedBy!),
                    image => redraw.Verify(image, row, cancellationToken));
        }
    }

    private static long Votes(AcesEvidence evidence) => evidence.SelectionVotes.Total + evidence.EstimationVotes.Total;

    // Rows hold no hash of their image: that of the whole data set stands for it.
    private static IEnumerable<VerificationFinding> Other(CertificationLogMeta settings, string name, string here)
    {
        string? claimed = settings.Settings.GetValueOrDefault(name);
        return claimed == here ? [] : [new VerificationFinding(VerificationSeverity.Unknown, name,
            $"{claimed ?? "nothing"} was answered, and here it is {here}: the votes cannot be drawn on this")];
    }
}

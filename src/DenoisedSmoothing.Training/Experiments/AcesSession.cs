using System.Globalization;
using DenoisedSmoothing.Aces;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Logs;
using TorchSharp;

namespace DenoisedSmoothing.Experiments;

/// <summary>An <see cref="AcesCertificationRun"/> whose rows are open and which is ready to work. Not safe for concurrent use.</summary>
public sealed class AcesSession : IDisposable
{
    private readonly AcesCertificationRun _run;
    private readonly AcesClassifier _aces;
    private readonly CertificationSession _certification;
    private readonly AcesLogWriter? _rows;

    internal AcesSession(AcesCertificationRun run)
    {
        CertificationRun certified = run.Certification;
        if (certified is not { Kind: CertificationLogKind.Certify, Certifier: { } certifier, SkipUnreadable: false, Range.Shards: 1 })
            throw new ArgumentException("A model with a core certifies votes, in one run, and skips no image.");
        Seed = RunSettings.SeedOf(certified);
        _run = run;
        // All but the rows is as for certificates: the same checks, the same settings.
        _certification = (certified with { LogPath = null, Resume = false, Seed = Seed }).Open();
        _aces = new AcesClassifier(
            CertificationSession.Smooth(certified with { BaseClassifier = run.Selector, MoreReplicas = run.MoreSelectors }, Seed),
            CertificationSession.Smooth(certified, Seed), run.Core);
        Settings = Meta(_certification.Settings, certifier.Method);
        _rows = certified.LogPath is { } path ? AcesLogWriter.Open(path, Settings, certified.Resume) : null;
        try
        {
            BegunRun.Require(certified.LogPath ?? "", Finished.Select(static row => row.Index), _certification.Left);
        }
        catch
        {
            Dispose();
            throw;
        }

        Left = [.. _certification.Left.Where(index => index > (_rows?.LastIndex ?? -1))];
    }

    /// <summary>The noise key of the run.</summary>
    public ulong? Seed { get; }

    /// <summary>What decides every row: the settings that stand beside them, or would.</summary>
    public CertificationLogMeta Settings { get; }

    /// <summary>The number of images of the run, those of resumed rows included.</summary>
    public int Total => _certification.Total;

    /// <summary>The indices of the images still to do.</summary>
    public IReadOnlyList<int> Left { get; }

    /// <summary>What a run before this one has done.</summary>
    public IReadOnlyList<AcesRow> Finished => _rows?.Finished ?? [];

    /// <summary>What the settings cannot do, or look like a mistake; empty when all is well.</summary>
    public IReadOnlyList<string> Warnings => _certification.Warnings;

    /// <summary>Works, in the order of the indices; each row is on the disk before it is handed out.</summary>
    /// <param name="progress">Told the number of images done in this session.</param>
    /// <param name="cancellationToken">Stops between batches; rows that are written stay, and the run can be resumed.</param>
    public IEnumerable<AcesRow> Run(IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        for (int done = 0; done < Left.Count; done++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            AcesRow row = Answer(Left[done], cancellationToken);
            _rows?.Append(row);
            progress?.Report(done + 1);
            yield return row;
        }

        _rows?.End();
    }

    /// <summary>Closes the rows.</summary>
    public void Dispose()
    {
        _rows?.Dispose();
        _certification.Dispose();
    }

    private AcesRow Answer(int index, CancellationToken cancellationToken)
    {
        IImageDataset images = _certification.Images;
        using torch.Tensor read = images.Image(index);
        // The core takes it as it is.
        using torch.Tensor pixels = read.to(LibTorch.DeviceNamed(_run.Certification.Device));
        return AcesRow.Of(index, images.Label(index), _aces.Certify(new(pixels, index), cancellationToken), _run.Selection);
    }

    private CertificationLogMeta Meta(CertificationLogMeta certification, CertificationMethod method)
    {
        Dictionary<string, string> settings = new(certification.Settings)
        {
            ["selection"] = _run.Selection,
            ["selector"] = PartInfo.Of(_run.Selector).Fingerprint,
            ["core"] = PartInfo.Of(_run.Core).Fingerprint,
        };
        // The method is that of each of the two certificates behind a row, and a row may be wrong as often as both.
        if (PlainNumber.TryParse(method.Parameters["alpha"], out double each))
            settings[CertificationLogMeta.AlphaSetting] = (2 * each).ToString("R", CultureInfo.InvariantCulture);
        return certification with
        {
            Kind = CertificationLogKind.Aces,
            Settings = settings,
            // A row has no provenance of its own.
            Notes = new Dictionary<string, string>(certification.Notes) { [CertificationLogMeta.SoftwareNote] = LibTorch.Software },
        };
    }
}

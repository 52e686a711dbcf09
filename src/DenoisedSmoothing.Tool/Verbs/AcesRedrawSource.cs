using DenoisedSmoothing.Data;
using DenoisedSmoothing.Experiments;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool;

/// <summary>The models with which votes behind rows of aces are drawn again.</summary>
/// <param name="models">The models that are said to have been certified, whose files are given.</param>
/// <param name="choice">How they were chosen.</param>
/// <param name="strategy">What is put in front of the certification model, and of the selector.</param>
/// <param name="aces">Selector and core.</param>
/// <param name="images">The data set.</param>
/// <param name="share">The share of the rows to draw.</param>
internal sealed class AcesRedrawSource(
    LoadedModels models, ModelChoice choice, StrategyChoice strategy, AcesChoice aces, IImageDataset images, double share) : IDisposable
{
    private readonly LoadedParts _owned = new();
    private IClassifier? _selector, _core;

    /// <summary>Draws the votes behind a file's rows again.</summary>
    /// <exception cref="InvalidDataException">The rows cannot be read, or are of a selection or core that the options do not
    /// name.</exception>
    public IEnumerable<RedrawnCertificate> Drawn(string path, CancellationToken cancellationToken)
    {
        _selector ??= aces.Selection.Of(models, choice, choice.Device, _owned);
        _core ??= aces.Core.Of(models, choice.Device, _owned);
        if (CertificationLogMeta.Find(path) is { } settings)
            Require(path, settings);
        return new AcesRedrawRun
        {
            RowsPath = path,
            Images = images,
            Preprocess = models.Preprocess,
            Selector = sigma => Strategies.BaseClassifier(models.With(_selector), strategy, sigma),
            Certified = sigma => Strategies.BaseClassifier(models, strategy, sigma),
            Core = _core,
            Device = choice.Device,
            Share = share,
        }.Run(cancellationToken);
    }

    public void Dispose() => _owned.Dispose();

    /// <summary>Says which option is missing, or of other rows; the rest is for the drawing to find.</summary>
    private void Require(string path, CertificationLogMeta settings)
    {
        if (settings.Settings.GetValueOrDefault("selection") is { } selected && selected != aces.Selection.Word)
            throw new InvalidDataException($"The images of {path} were selected by {selected}, and the options here say "
                + $"{aces.Selection.Word}: give the --threshold or the --selector-file that dds aces was given.");
        if (aces.Core.File is null && settings.Sigma is { } sigma
            && settings.Settings.GetValueOrDefault("core") is { } core && core != Fingerprint(_core!)
            && settings.Settings.GetValueOrDefault("classifier") == Fingerprint(Strategies.BaseClassifier(models, strategy, sigma)))
            throw new InvalidDataException($"The core model of {path} is another than the classifier: name it with --core-file, as for dds "
                + "aces.");
    }

    private static string Fingerprint(object part) => PartInfo.Of(part).Fingerprint;
}

using System.Globalization;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Experiments;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Verification;
using TorchSharp;

namespace DenoisedSmoothing.Tool;

/// <summary>The models and images with which votes are drawn again.</summary>
internal sealed class RedrawSource(
    LoadedModels models, IImageDataset images, StrategyChoice strategy, AcesRedrawSource aces, string device, double share) : IDisposable
{
    /// <summary>Loads them.</summary>
    /// <param name="choice">The models that voted.</param>
    /// <param name="data">The images.</param>
    /// <param name="strategy">What was put in front of the classifier.</param>
    /// <param name="aces">Selector and core of rows of aces.</param>
    /// <param name="share">The share to draw.</param>
    public static RedrawSource Open(
        ModelChoice choice, Func<ModelChoice, DataChoice> data, StrategyChoice strategy, AcesChoice aces, double share)
    {
        IImageDataset images = DataSources.Open(data(choice));
        LoadedModels models = PairLoader.Load(choice);
        return new RedrawSource(
            models, images, strategy, new AcesRedrawSource(models, choice, strategy, aces, images, share), choice.Device, share);
    }

    /// <summary>Draws the votes of a file's certificates again, prints what differs, and tells the worst of each.</summary>
    public void Draw(string path, TextWriter output, Action<VerificationSeverity> found, CancellationToken cancellationToken)
    {
        string what = AcesLog.Is(path) ? "rows" : "certificates";
        long certificates = 0, votes = 0, apart = 0;
        foreach (RedrawnCertificate drawn in Drawn(path, cancellationToken))
        {
            (certificates, votes) = (certificates + 1, votes + drawn.Votes);
            if (drawn.Findings.Count == 0)
                continue;
            apart++;
            output.WriteLine($"  image {drawn.Index}: {string.Join("; ", drawn.Findings)}");
            found(drawn.Findings.Max(static finding => finding.Severity));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{path}: {votes} votes of {certificates} {what} drawn again, ") + (apart == 0
                ? "the same."
                : string.Create(CultureInfo.InvariantCulture, $"{apart} {what} differ.")));
    }

    public void Dispose()
    {
        aces.Dispose();
        models.Dispose();
    }

    private IEnumerable<RedrawnCertificate> Drawn(string path, CancellationToken cancellationToken)
    {
        if (AcesLog.Is(path))
            return aces.Drawn(path, cancellationToken);
        if (SingleAnswer.TryRead(path) is not { } one)
        {
            return new RedrawRun
            {
                LogPath = path,
                Images = images,
                Preprocess = models.Preprocess,
                BaseClassifier = BaseClassifier,
                Device = device,
                Share = share,
            }.Run(cancellationToken);
        }

        return one.Certificate is { } certificate
            ? [One(path, certificate, cancellationToken)]
            : throw new InvalidDataException($"{path} is a prediction: it keeps no seed, so its votes cannot be drawn again.");
    }

    private RedrawnCertificate One(string path, Certificate certificate, CancellationToken cancellationToken)
    {
        long index = certificate.Provenance?.ImageIndex
            ?? throw new InvalidDataException($"{path} does not say where its votes came from: there is no provenance.");
        if (index >= images.Count)
            throw new InvalidDataException($"{path} is of image {index}, and the data set ends at {images.Count - 1}.");
        using torch.Tensor raw = images.Image((int)index);
        using torch.Tensor? prepared = models.Preprocess?.Apply(raw);
        return new RedrawnCertificate(index, certificate.N0 + certificate.N,
            new CertificateRedraw(BaseClassifier(certificate.Sigma), device).Verify(prepared ?? raw, certificate, cancellationToken));
    }

    private IBaseClassifier BaseClassifier(double sigma) => Strategies.BaseClassifier(models, strategy, sigma);
}

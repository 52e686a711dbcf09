using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Sampling;
using DenoisedSmoothing.Votes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;

namespace DenoisedSmoothing.PredictionSets;

/// <summary>
/// Answers with the classes that an image may have, from one vote: over images and noise, the sets contain the label with probability at
/// least 1 - a, even if each image was moved by up to the calibrated radius (Zargarbashi et al. 2025).
/// </summary>
/// <remarks>
/// <para>
/// The promise is about images that are exchangeable with those of the calibration, and were then moved by an adversary who may know the
/// calibration and the model, but not the noise of the request. It is about all such images together, never about a single one, and asking
/// again about one image gives no further evidence: docs/prediction-sets.md.
/// </para>
/// Safe for concurrent use: passes are made one at a time. Disposes nothing.
/// </remarks>
public sealed partial class RobustSetClassifier
{
    private readonly PredictionSetOptions _options;
    private readonly GridGaussianNoise _noise;
    private readonly InputShape? _inputShape;
    private readonly ReplicaIdentity _identity;
    private readonly ReplicaIdentity.Reading _model;
    private readonly ConformitySampler _sampler;
    private readonly torch.Device _device;

    /// <summary>Answers for a base classifier.</summary>
    /// <param name="classifier">The base classifier that was calibrated, its networks in evaluation mode: DenoisedClassifier joins a
    /// denoiser and a classifier.</param>
    /// <param name="sigma">The smoothing noise per pixel used in the calibration, in [0,1] pixel space.</param>
    /// <param name="calibration">Its calibration.</param>
    /// <param name="options">How to draw.</param>
    /// <param name="score">The conformity score, if it is not one of the library's.</param>
    /// <param name="logger">Receives <see cref="Warnings"/>.</param>
    /// <exception cref="ArgumentException">
    /// The calibration is for another model, sigma, noise, score, precision or device, or its members do not fit together.
    /// </exception>
    /// <exception cref="FormatException">The calibration names a noise that this version does not know.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message says what to do.</exception>
    public RobustSetClassifier(
        IBaseClassifier classifier, double sigma, PredictionSetCalibration calibration, PredictionSetOptions? options = null,
        IConformityScore? score = null, ILogger<RobustSetClassifier>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(calibration);
        calibration.Validate();
        PartInfo info = PartInfo.Of(classifier);
        SigmaRange.Check(sigma, info.LargestSigma);
        LibTorch.EnsureAvailable();
        _options = options ?? new PredictionSetOptions();
        _options.Validate();
        score ??= ConformityScores.Named(calibration.Model.Score);
        (_noise, _inputShape, Calibration) = (new GridGaussianNoise(sigma), info.InputShape, calibration);
        _device = LibTorch.DeviceNamed(_options.Device);
        _identity = new ReplicaIdentity([classifier], [_device]);
        _model = _identity.Now();

        RequireSame("sigma", calibration.Sigma, sigma);
        RequireSame("noise", calibration.Model.NoiseVersion, _noise.Version);
        RequireSame("law of the noise", calibration.Noise, _noise.RuleFor(Length(calibration.Model.ImageShape)).Description);
        RequireSame("score", calibration.Model.Score, score.Name);
        RequireSame("number of classes", calibration.Model.ClassCount, classifier.ClassCount);
        RequireSame("precision", calibration.Model.Precision, _model.Precision);
        RequireSame("base classifier", calibration.Model.BaseClassifier, _model.Fingerprint);
        RequireSame("kind of device", calibration.Model.Device, _device.type.ToString().ToLowerInvariant());
        _sampler = new ConformitySampler(classifier, _noise, score, calibration.Model.Batch, _device);

        Warnings = [.. SigmaRange.Warnings(sigma), .. calibration.Warnings, .. OtherSoftware(calibration.Model)];
        logger ??= NullLogger<RobustSetClassifier>.Instance;
        foreach (string warning in Warnings)
            LogSettings(logger, warning);
    }

    /// <summary>The calibration used to form the sets.</summary>
    public PredictionSetCalibration Calibration { get; }

    /// <summary>What these settings cannot do, or what looks like a mistake. Empty when all is well.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>The set of one image.</summary>
    /// <param name="image">
    /// float32 [C,H,W] or [1,C,H,W] in [0,1], as received: moved or not. Without an index it gets one from its hash.
    /// </param>
    /// <param name="cancellationToken">Checked before the vote.</param>
    /// <exception cref="ArgumentException">It is not an image in [0,1], or does not have the calibration's shape.</exception>
    /// <exception cref="InvalidOperationException">The base classifier has changed, or its scores have another shape.</exception>
    public PredictionSet PredictSet(SmoothingImage image, CancellationToken cancellationToken = default) =>
        PredictSetMany([image], null, cancellationToken).Single();

    /// <summary><see cref="PredictSet"/>, without blocking a thread.</summary>
    /// <param name="image">Read before this returns.</param>
    /// <param name="cancellationToken">Checked before the vote.</param>
    /// <exception cref="ArgumentException">At once: the image is refused.</exception>
    public Task<PredictionSet> PredictSetAsync(SmoothingImage image, CancellationToken cancellationToken = default)
    {
        ReadImage read = Read(image, Intake(Seeds()));
        return Task.Run(() => Answer([(read, image.Cancellation)], cancellationToken).Single(), cancellationToken);
    }

    /// <summary>
    /// The sets of many images: ordered, streaming, with as many in a pass as the calibration's batch. The first error ends it.
    /// </summary>
    /// <param name="images">Read as needed. Explicit indices must be distinct.</param>
    /// <param name="progress">Receives the number of images done, after every pass.</param>
    /// <param name="cancellationToken">Cancels between passes.</param>
    /// <returns>The keys are fixed now: enumerating again answers again, with the same noise.</returns>
    public IEnumerable<PredictionSet> PredictSetMany(
        IEnumerable<SmoothingImage> images, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        SeedSource seeds = Seeds();
        return Enumerated();

        IEnumerable<PredictionSet> Enumerated()
        {
            ImageIntake intake = Intake(seeds);
            int done = 0;
            foreach ((ReadImage, CancellationToken)[] pass in
                images.Select(image => (Read(image, intake), image.Cancellation)).Chunk(Calibration.Model.Batch))
            {
                PredictionSet[] sets = Answer(pass, cancellationToken);
                progress?.Report(done += sets.Length);
                foreach (PredictionSet set in sets)
                    yield return set;
            }
        }
    }

    private SeedSource Seeds() => new(_options.Seed, _options.SeedSecret, "set");

    private ImageIntake Intake(SeedSource seeds) => new(seeds, _inputShape);

    private ReadImage Read(in SmoothingImage image, ImageIntake intake)
    {
        ReadImage read = intake.Read(image);
        return Calibration.Model.ImageShape.SequenceEqual(read.Shape)
            ? read
            : throw new ArgumentException(
                $"The calibration is of images [{string.Join(',', Calibration.Model.ImageShape)}]; this one is "
                + $"[{string.Join(',', read.Shape)}].", nameof(image));
    }

    private PredictionSet[] Answer(
        IReadOnlyList<(ReadImage Image, CancellationToken Cancellation)> pass, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach ((_, CancellationToken cancellation) in pass)
            cancellation.ThrowIfCancellationRequested();
        if (_options.ConfirmEachCall)
            _identity.Confirm(_model);
        double[][] scores = _sampler.Score([.. pass.Select(static its => its.Image)], VotePhase.Prediction, cancellationToken);
        if (_options.ConfirmEachCall)
            _identity.Confirm(_model);
        return [.. pass.Select((its, row) => Calibration.SetOf(scores[row]) with
        {
            Provenance = its.Image.ProvenanceOf(_noise, _model, Calibration.Model.Device, Calibration.Model.Batch),
        })];
    }

    private static long Length(IEnumerable<long> shape) => shape.Aggregate(1L, static (product, length) => product * length);

    private static void RequireSame<T>(string what, T calibrated, T here)
    {
        if (!Equals(calibrated, here))
            throw new ArgumentException(
                $"The calibration's {what} is {calibrated}, here it is {here}: a calibration is of one base classifier under one noise. "
                + $"Calibrate this one.");
    }

    private static IEnumerable<string> OtherSoftware(CalibratedModel model) => model.Software == LibTorch.Software
        ? []
        : [$"The calibration comes from {model.Software}, and here is {LibTorch.Software}: scores may differ in their last digits, and "
            + $"what is proven is of one function. Calibrate here for a promise without this gap."];

    [LoggerMessage(EventId = 301, Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogSettings(ILogger logger, string warning);
}

using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Sampling;
using DenoisedSmoothing.Votes;
using TorchSharp;

namespace DenoisedSmoothing.PredictionSets;

/// <summary>Makes a <see cref="PredictionSetCalibration"/> from labelled images, each of which gets one noisy copy.</summary>
/// <remarks>
/// The images must be drawn as the requests will be, and must not have been used to train the denoiser or classifier: the promise is that
/// images and requests are exchangeable (docs/prediction-sets.md). Safe for concurrent use if the base classifier is; it disposes nothing.
/// </remarks>
public sealed class PredictionSetCalibrator
{
    private readonly IBaseClassifier _classifier;
    private readonly IConformityScore _score;
    private readonly PredictionSetOptions _options;
    private readonly GridGaussianNoise _noise;
    private readonly torch.Device _device;

    /// <summary>Prepares calibrations of a base classifier.</summary>
    /// <param name="classifier">The base classifier, its networks in evaluation mode.</param>
    /// <param name="sigma">The smoothing noise per pixel, in [0,1] pixel space.</param>
    /// <param name="score">The conformity score; <see cref="ThresholdScore"/> when not given.</param>
    /// <param name="options">How to draw.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// Sigma is not finite and positive, in units of 0 to 255, or beyond what the base classifier can handle.
    /// </exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message says what to do.</exception>
    public PredictionSetCalibrator(
        IBaseClassifier classifier, double sigma, IConformityScore? score = null, PredictionSetOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        SigmaRange.Check(sigma, PartInfo.Of(classifier).LargestSigma);
        LibTorch.EnsureAvailable();
        _options = options ?? new PredictionSetOptions();
        _options.Validate();
        (_classifier, _score, _noise) = (classifier, score ?? new ThresholdScore(), new GridGaussianNoise(sigma));
        _device = LibTorch.DeviceNamed(_options.Device);
    }

    /// <summary>
    /// Rows of every forward pass, in [1, 65536], here and in all requests: float rows change with it, and calibration and requests must
    /// use the same function. Raise it where many requests come at a time (<see cref="RobustSetClassifier.PredictSetMany"/>).
    /// </summary>
    /// <value>1.</value>
    public int Batch
    {
        get;
        init => field = value is >= 1 and <= 65536 ? value
            : throw new ArgumentOutOfRangeException(nameof(Batch), value, "The batch must be in [1, 65536] rows.");
    } = 1;

    /// <summary>Calibrates.</summary>
    /// <param name="images">
    /// Images with their labels, all of one shape, read as needed. An image without an index gets its position, so that even copies of one
    /// image have their own noise.
    /// </param>
    /// <param name="radius">How far a request's image may have been moved, in l2 and [0,1] pixel space; at least 0, which is ordinary split
    /// conformal prediction.</param>
    /// <param name="miscoverage">How often a set may miss the label; above 0 and at most 1/2.</param>
    /// <param name="progress">Receives the number of images done, after every pass.</param>
    /// <param name="cancellationToken">Cancels between passes; no calibration results.</param>
    /// <exception cref="ArgumentException">
    /// There are no images, one is refused, or a label is not a class; the message names the image.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    /// <exception cref="InvalidOperationException">
    /// The base classifier changed while it was in use, or its scores have another shape.
    /// </exception>
    public PredictionSetCalibration Calibrate(
        IEnumerable<(SmoothingImage Image, int Label)> images, double radius, double miscoverage = .1, IProgress<int>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        RobustLevel.CheckRadius(radius);
        RobustLevel.CheckMiscoverage(miscoverage);
        ReplicaIdentity identity = new([_classifier], [_device]);
        ReplicaIdentity.Reading before = identity.Now();
        ConformitySampler sampler = new(_classifier, _noise, _score, Batch, _device);
        List<double> scores = [];
        long[]? shape = null;
        foreach ((ReadImage Image, int Label)[] pass in Read(images).Chunk(Batch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            shape ??= pass[0].Image.Shape;
            double[][] drawn = sampler.Score([.. pass.Select(static its => its.Image)], VotePhase.Selection, cancellationToken);
            for (int row = 0; row < pass.Length; row++)
                scores.Add(drawn[row][pass[row].Label]);
            progress?.Report(scores.Count);
        }

        if (shape is null)
            throw new ArgumentException("A calibration takes at least one image.", nameof(images));
        identity.Confirm(before);
        return PredictionSetCalibration.Of([.. scores], _noise.RuleFor(shape.Aggregate(1L, static (product, its) => product * its)), radius,
            miscoverage, About(before, shape));
    }

    private IEnumerable<(ReadImage Image, int Label)> Read(IEnumerable<(SmoothingImage Image, int Label)> images)
    {
        ImageIntake intake = new(new SeedSource(_options.Seed, _options.SeedSecret, "calibrate"), PartInfo.Of(_classifier).InputShape);
        long[]? shape = null;
        long place = 0;
        foreach ((SmoothingImage image, int label) in images)
        {
            if (label < 0 || label >= _classifier.ClassCount)
                throw new ArgumentException(
                    $"Calibration image {place} has label {label}; the base classifier has classes 0 to {_classifier.ClassCount - 1}.",
                    nameof(images));
            ReadImage read = intake.Read(image with { Index = image.Index ?? place });
            shape ??= read.Shape;
            if (!shape.AsSpan().SequenceEqual(read.Shape))
                throw new ArgumentException(
                    $"Calibration image {place} is [{string.Join(',', read.Shape)}], those before it [{string.Join(',', shape)}]: a "
                    + $"calibration is of images of one shape.", nameof(images));
            place++;
            yield return (read, label);
        }
    }

    private CalibratedModel About(ReplicaIdentity.Reading model, long[] shape) => new()
    {
        Score = _score.Name,
        ClassCount = _classifier.ClassCount,
        BaseClassifier = model.Fingerprint,
        Precision = model.Precision,
        Device = _device.type.ToString().ToLowerInvariant(),
        Batch = Batch,
        Software = LibTorch.Software,
        NoiseVersion = _noise.Version,
        ImageShape = shape,
    };
}

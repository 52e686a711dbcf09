using DenoisedSmoothing.Kernels;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Sampling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;

namespace DenoisedSmoothing;

/// <summary>
/// The smoothed classifier g of a base classifier f: g(x) is the class that f most often gives x under noise, N(0, sigma^2 I) unless
/// another is given. Predict returns g(x) or abstains; Certify also gives a radius within which g's answer does not change, in the norm of
/// the noise, wrong with probability at most alpha (Cohen et al. 2019, theorem 1; Carlini et al. 2022).
/// </summary>
/// <remarks>
/// <para>
/// Safe for concurrent use, and made for it: rows of all calls share forward passes, and each image gets the votes that it would get alone.
/// Base classifiers are called on the library's threads, one call at a time each; give two SmoothedClassifiers separate networks, or
/// networks that are themselves safe for concurrent use. Nothing here needs disposing, and nothing passed in is disposed.
/// </para>
/// <para>
/// Cancelling takes effect between batches, and between the steps of a denoiser once all who share the batch have cancelled
/// (<see cref="NoiseContext.CancellationToken"/>).
/// </para>
/// What is certified is the tensor passed in, in [0,1]: crops and resizes before that are up to the caller.
/// </remarks>
public sealed partial class SmoothedClassifier : ICertifiedClassifier
{
    private readonly ICertifier _certifier;
    private readonly SmoothingOptions _options;
    private readonly ReplicaIdentity _identity;
    private readonly VoteScheduler _scheduler;
    private readonly string _deviceKinds;
    private readonly SmoothingTelemetry _telemetry;
    private readonly string[] _ofNoise, _ofDevices;
    private readonly Lazy<IReadOnlyList<string>> _warnings;

    /// <summary>Smooths a pretrained denoiser and a pretrained classifier.</summary>
    /// <param name="denoiser">Any denoiser.</param>
    /// <param name="classifier">Any classifier.</param>
    /// <param name="sigma">The smoothing noise per pixel, in [0,1] pixel space; finite, above 0.</param>
    /// <param name="certifier">The statistics; <see cref="CohenCertifier"/> with its defaults when not given.</param>
    /// <param name="options">How to sample.</param>
    /// <param name="logger">Receives <see cref="Warnings"/>, and a message when a batch is chosen or halved.</param>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is not finite and positive, in units of 0 to 255, or beyond what the denoiser
    /// can handle.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message says what to do.</exception>
    public SmoothedClassifier(
        IDenoiser denoiser, IClassifier classifier, double sigma, ICertifier? certifier = null, SmoothingOptions? options = null,
        ILogger<SmoothedClassifier>? logger = null)
        : this([new DenoisedClassifier(denoiser, classifier)], sigma, certifier, options, logger)
    {
    }

    /// <summary>Smooths a base classifier, with one replica on each of several devices if wanted.</summary>
    /// <param name="replicas">The same function, once for each entry of <see cref="SmoothingOptions.Devices"/>.</param>
    /// <param name="sigma">The smoothing noise per pixel, in [0,1] pixel space; finite, above 0.</param>
    /// <param name="certifier">The statistics; <see cref="CohenCertifier"/> with its defaults when not given.</param>
    /// <param name="options">How to sample.</param>
    /// <param name="logger">Receives <see cref="Warnings"/>, and a message when a batch is chosen or halved.</param>
    /// <exception cref="ArgumentException">There are no replicas, or replicas or devices do not fit together.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is not finite and positive, in units of 0 to 255, or beyond what the base
    /// classifier can handle.</exception>
    /// <exception cref="InvalidOperationException">Denoiser and classifier take different images.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message says what to do.</exception>
    public SmoothedClassifier(
        IReadOnlyList<IBaseClassifier> replicas, double sigma, ICertifier? certifier = null, SmoothingOptions? options = null,
        ILogger<SmoothedClassifier>? logger = null)
        : this(replicas, new GridGaussianNoise(sigma), certifier, options, logger)
    {
    }

    /// <summary>Smooths a base classifier with a noise of your choice, whose norm is that of the certificates.</summary>
    /// <param name="replicas">The same function, once for each entry of <see cref="SmoothingOptions.Devices"/>.</param>
    /// <param name="noise">The smoothing noise. A denoiser is told its standard deviation, whatever its law.</param>
    /// <param name="certifier">The statistics; <see cref="CohenCertifier"/> with its defaults when not given.</param>
    /// <param name="options">How to sample.</param>
    /// <param name="logger">Receives <see cref="Warnings"/>, and a message when a batch is chosen or halved.</param>
    /// <exception cref="ArgumentException">There are no replicas, or replicas or devices do not fit together.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The noise is in units of 0 to 255, or beyond what the base classifier can
    /// handle.</exception>
    /// <exception cref="InvalidOperationException">Denoiser and classifier take different images.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message says what to do.</exception>
    public SmoothedClassifier(
        IReadOnlyList<IBaseClassifier> replicas, ISmoothingNoise noise, ICertifier? certifier = null, SmoothingOptions? options = null,
        ILogger<SmoothedClassifier>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(replicas);
        ArgumentNullException.ThrowIfNull(noise);
        if (replicas.Count == 0 || replicas.Any(replica => replica is null || replica.ClassCount != replicas[0].ClassCount))
            throw new ArgumentException("At least one base classifier is needed, and all replicas must have the same ClassCount.",
                nameof(replicas));
        if (replicas[0].ClassCount < 2)
            throw new ArgumentException($"A classifier has at least 2 classes; this one says ClassCount = {replicas[0].ClassCount}.",
                nameof(replicas));
        PartInfo[] infos = [.. replicas.Select(static replica => PartInfo.Of(replica))];
        SigmaRange.Check(noise.Level.Asked, infos.Min(static info => info.LargestSigma));
        LibTorch.EnsureAvailable();

        _options = options ?? new SmoothingOptions();
        _options.Validate(replicas.Count);
        _certifier = certifier ?? new CohenCertifier();
        ClassCount = replicas[0].ClassCount;
        InputShape = infos.Select(static info => info.InputShape).Aggregate(InputShape.Both);
        Noise = noise;

        torch.Device[] devices = [.. _options.Devices?.Select(LibTorch.DeviceNamed) ?? replicas.Select(static _ => torch.CPU)];
        _deviceKinds = string.Join(',', devices.Select(static device => device.type.ToString().ToLowerInvariant()).Distinct());
        _identity = new ReplicaIdentity([.. replicas], devices);
        logger ??= NullLogger<SmoothedClassifier>.Instance;
        _telemetry = new SmoothingTelemetry(_options.Name);
        _scheduler = new VoteScheduler(
            [.. replicas.Zip(devices, (replica, device) => new VoteSampler(replica, device, noise))],
                new BatchRows(devices, _options.Batch, logger),
            _options.MostImages, _telemetry);

        _ofNoise = [.. SigmaRange.Warnings(noise.Level.Asked)];
        _ofDevices = [.. GpuKernels.Warnings(devices, infos.Any(static info => DeviceArithmetic.IsSingle(info.Precision)))];
        _warnings = new Lazy<IReadOnlyList<string>>(AllWarnings);
        foreach (string warning in Warnings)
            LogSettings(logger, warning);
    }

    private SmoothedClassifier(SmoothedClassifier shared, ICertifier certifier, SmoothingOptions options)
    {
        (_certifier, _options) = (certifier, options);
        (_identity, _scheduler, _deviceKinds) = (shared._identity, shared._scheduler, shared._deviceKinds);
        (_telemetry, _ofNoise, _ofDevices) = (shared._telemetry, shared._ofNoise, shared._ofDevices);
        (ClassCount, InputShape, Noise) = (shared.ClassCount, shared.InputShape, shared.Noise);
        _warnings = new Lazy<IReadOnlyList<string>>(AllWarnings); // asked for by few, and a dry run costs something
    }

    /// <inheritdoc/>
    public int ClassCount { get; }

    /// <summary>The smoothing noise.</summary>
    public ISmoothingNoise Noise { get; }

    /// <summary>The certified standard deviation of the noise per pixel value, in [0,1] pixel space.</summary>
    public double Sigma => Noise.Level.Certified;

    /// <summary>The images that the base classifier takes; null where it does not say.</summary>
    public InputShape? InputShape { get; }

    /// <summary>
    /// What these settings cannot do, or what looks like a mistake, such as an n that can never certify. Empty when all is well.
    /// </summary>
    public IReadOnlyList<string> Warnings => _warnings.Value;

    /// <summary>
    /// The same classifier under the same noise law with other statistics. Both share forward passes, places and devices, so a server can
    /// answer requests for different radii or alphas in common batches.
    /// </summary>
    /// <param name="certifier">The statistics.</param>
    /// <param name="seed">The noise key for Predict and Certify, for reproduction (<see cref="SmoothingOptions.Seed"/>); null for what the
    /// options say.</param>
    public SmoothedClassifier With(ICertifier certifier, ulong? seed = null)
    {
        ArgumentNullException.ThrowIfNull(certifier);
        return new SmoothedClassifier(this, certifier, seed is null ? _options : _options with
        {
            Seed = seed,
            PredictSeed = seed,
            SeedSecret = null,
        });
    }

    /// <inheritdoc/>
    public Prediction Predict(SmoothingImage image, CancellationToken cancellationToken = default) =>
        PredictMany([image], null, cancellationToken).Single();

    /// <inheritdoc/>
    public Certificate Certify(SmoothingImage image, CancellationToken cancellationToken = default) =>
        CertifyMany([image], null, cancellationToken).Single();

    /// <summary>Predict, without blocking a thread.</summary>
    /// <param name="image">Read before this returns.</param>
    /// <param name="cancellationToken">Cancels between batches; no prediction results.</param>
    /// <exception cref="ArgumentException">At once: the image is refused.</exception>
    public Task<Prediction> PredictAsync(SmoothingImage image, CancellationToken cancellationToken = default) =>
        Predictions(PredictSeeds(), cancellationToken).RunAsync(image);

    /// <summary>Certify, without blocking a thread.</summary>
    /// <param name="image">Read before this returns.</param>
    /// <param name="cancellationToken">Cancels between batches; no certificate results.</param>
    /// <exception cref="ArgumentException">At once: the image is refused.</exception>
    public Task<Certificate> CertifyAsync(SmoothingImage image, CancellationToken cancellationToken = default) =>
        Certificates(CertifySeeds(), cancellationToken).RunAsync(image);

    /// <summary>Predicts many images: ordered, streaming. The first error ends it: see <see cref="PredictEach"/>.</summary>
    /// <param name="images">Read as needed.</param>
    /// <param name="progress">Receives reports about ten times a second, on the enumerating thread.</param>
    /// <param name="cancellationToken">Cancels between batches; results already returned stand, no others follow.</param>
    /// <returns>The keys are fixed now: enumerating again predicts again, with the same noise.</returns>
    public IEnumerable<Prediction> PredictMany(
        IEnumerable<SmoothingImage> images, IProgress<SmoothingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        PredictEach(images, SmoothingOrder.AsGiven, progress, cancellationToken).Select(static outcome => outcome.Result);

    /// <summary>Certifies many images: ordered, streaming. The first error ends it: see <see cref="CertifyEach"/>.</summary>
    /// <param name="images">Read as needed.</param>
    /// <param name="progress">Receives reports about ten times a second, on the enumerating thread.</param>
    /// <param name="cancellationToken">Cancels between batches; certificates already returned stand, no others follow.</param>
    /// <returns>The keys are fixed now: enumerating again certifies again, with the same noise and so the same certificates.</returns>
    public IEnumerable<Certificate> CertifyMany(
        IEnumerable<SmoothingImage> images, IProgress<SmoothingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        CertifyEach(images, SmoothingOrder.AsGiven, progress, cancellationToken).Select(static outcome => outcome.Result);

    /// <summary>Predicts many images, each with its own result or error.</summary>
    /// <param name="images">Read as needed; each may have its own budget and token.</param>
    /// <param name="order">In which order they are answered.</param>
    /// <param name="progress">Receives reports about ten times a second, on the enumerating thread.</param>
    /// <param name="cancellationToken">Cancels all of them between batches.</param>
    /// <returns>The keys are fixed now: enumerating again predicts again, with the same noise.</returns>
    public IEnumerable<SmoothingOutcome<Prediction>> PredictEach(
        IEnumerable<SmoothingImage> images, SmoothingOrder order = SmoothingOrder.AsGiven, IProgress<SmoothingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        SeedSource seeds = PredictSeeds();
        return Enumerated(() => Predictions(seeds, cancellationToken).Run(images, order, progress));
    }

    /// <summary>Certifies many images, each with its own certificate or error.</summary>
    /// <param name="images">Read as needed; each may have its own budget and token.</param>
    /// <param name="order">In which order they are answered.</param>
    /// <param name="progress">Receives reports about ten times a second, on the enumerating thread.</param>
    /// <param name="cancellationToken">Cancels all of them between batches.</param>
    /// <returns>The keys are fixed now: enumerating again certifies again, with the same noise and so the same certificates.</returns>
    public IEnumerable<SmoothingOutcome<Certificate>> CertifyEach(
        IEnumerable<SmoothingImage> images, SmoothingOrder order = SmoothingOrder.AsGiven, IProgress<SmoothingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        SeedSource seeds = CertifySeeds();
        return Enumerated(() => Certificates(seeds, cancellationToken).Run(images, order, progress));
    }

    private IReadOnlyList<string> AllWarnings() =>
    [
        .. _ofNoise, .. _certifier.Warnings(ClassCount),
        .. DryRun.Warnings(_certifier, ClassCount, Noise.RuleFor(1), _options.Budget), .. _ofDevices,
    ];

    private SeedSource PredictSeeds() => new(_options.PredictSeed, _options.SeedSecret, "predict");

    private SeedSource CertifySeeds() => new(_options.Seed, _options.SeedSecret, "certify");

    private SmoothingCall<Prediction> Predictions(SeedSource seeds, CancellationToken cancellationToken) =>
        new(_scheduler, new ImageIntake(seeds, InputShape), new PredictionKind(_certifier, ClassCount, _options.Budget),
            _telemetry, cancellationToken);

    private SmoothingCall<Certificate> Certificates(SeedSource seeds, CancellationToken cancellationToken) => new(
        _scheduler, new ImageIntake(seeds, InputShape),
        new CertificateKind(_certifier, ClassCount, Noise, _identity, _deviceKinds, _options.Budget), _telemetry, cancellationToken);

    /// <summary>Every enumeration is a separate call.</summary>
    private static IEnumerable<T> Enumerated<T>(Func<IEnumerable<T>> call)
    {
        foreach (T item in call())
            yield return item;
    }

    [LoggerMessage(EventId = 101, Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogSettings(ILogger logger, string warning);
}

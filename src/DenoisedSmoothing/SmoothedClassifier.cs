using System.Security.Cryptography;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Parts;
using DenoisedSmoothing.Sampling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;

namespace DenoisedSmoothing;

/// <summary>
/// The smoothed classifier g of a base classifier f: g(x) is the class that f most often gives x + noise. Predict answers g(x) or
/// abstains; Certify also gives a radius within which g's answer cannot change (Cohen et al. 2019, theorem 1; Carlini et al. 2022): in l2 for
/// Gaussian noise, the default, in the norm of the noise for another.
/// </summary>
/// <remarks>
/// Safe for concurrent use: forward passes through one SmoothedClassifier's base classifier are taken in turn; give two SmoothedClassifiers
/// networks of their own, or networks that are safe for concurrent use themselves. It disposes nothing that it did not make.
/// What is certified is the tensor handed in, in [0,1]: crops and resizes before it are the caller's.
/// </remarks>
public sealed class SmoothedClassifier : ICertifiedClassifier
{
    private readonly IReadOnlyList<IBaseClassifier> _replicas;
    private readonly string _deviceKinds;
    private readonly ICertifier _certifier;
    private readonly SmoothingOptions _options;
    private readonly VotePool _pool;

    /// <summary>Smooths a pretrained denoiser and a pretrained classifier.</summary>
    /// <param name="denoiser">Any denoiser.</param>
    /// <param name="classifier">Any classifier.</param>
    /// <param name="sigma">The standard deviation of the noise per pixel value, in [0,1] pixel space; from 2^-20 to 2^20.</param>
    /// <param name="certifier">The statistics; <see cref="CohenCertifier"/> with its defaults when not given.</param>
    /// <param name="options">How to sample.</param>
    /// <param name="logger">Told of what the settings cannot do, such as an n too small to certify, and of a batch chosen or halved.</param>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is outside its range, or beyond what the denoiser reaches.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message says what to do.</exception>
    public SmoothedClassifier(
        IDenoiser denoiser, IClassifier classifier, double sigma, ICertifier? certifier = null, SmoothingOptions? options = null, ILogger<SmoothedClassifier>? logger = null)
        : this([new DenoisedClassifier(denoiser, classifier)], sigma, certifier, options, logger)
    {
    }

    /// <summary>Smooths a base classifier with Gaussian noise; there may be one replica on each of several devices.</summary>
    /// <param name="replicas">The same function, once for each entry of <see cref="SmoothingOptions.Devices"/>.</param>
    /// <param name="sigma">The standard deviation of the noise per pixel value, in [0,1] pixel space; from 2^-20 to 2^20.</param>
    /// <param name="certifier">The statistics; <see cref="CohenCertifier"/> with its defaults when not given.</param>
    /// <param name="options">How to sample.</param>
    /// <param name="logger">Told of what the settings cannot do, such as an n too small to certify, and of a batch chosen or halved.</param>
    /// <exception cref="ArgumentException">There is no replica, or replicas or devices do not fit together.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is outside its range, or beyond what the base classifier reaches.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message says what to do.</exception>
    public SmoothedClassifier(
        IReadOnlyList<IBaseClassifier> replicas, double sigma, ICertifier? certifier = null, SmoothingOptions? options = null, ILogger<SmoothedClassifier>? logger = null)
        : this(replicas, new GridGaussianNoise(sigma), certifier, options, logger)
    {
    }

    /// <summary>Smooths a base classifier with a noise of your choice, whose norm is the norm of the certificates.</summary>
    /// <param name="replicas">The same function, once for each entry of <see cref="SmoothingOptions.Devices"/>.</param>
    /// <param name="noise">The smoothing noise. A denoiser is told its standard deviation, whatever its law.</param>
    /// <param name="certifier">The statistics; <see cref="CohenCertifier"/> with its defaults when not given.</param>
    /// <param name="options">How to sample.</param>
    /// <param name="logger">Told of what the settings cannot do, such as an n too small to certify, and of a batch chosen or halved.</param>
    /// <exception cref="ArgumentException">There is no replica, or replicas or devices do not fit together.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The noise is beyond what the base classifier reaches.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message says what to do.</exception>
    public SmoothedClassifier(
        IReadOnlyList<IBaseClassifier> replicas, ISmoothingNoise noise, ICertifier? certifier = null, SmoothingOptions? options = null, ILogger<SmoothedClassifier>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(replicas);
        ArgumentNullException.ThrowIfNull(noise);
        if (replicas.Count == 0 || replicas.Any(replica => replica is null || replica.ClassCount != replicas[0].ClassCount))
            throw new ArgumentException("At least one base classifier is needed, and all replicas must have the same ClassCount.", nameof(replicas));
        if (replicas[0].ClassCount < 2)
            throw new ArgumentException($"A classifier has at least 2 classes; this one says ClassCount = {replicas[0].ClassCount}.", nameof(replicas));
        CheckReach(noise, replicas);
        LibTorch.EnsureAvailable();

        _options = options ?? new SmoothingOptions();
        _options.Validate(replicas.Count);
        _replicas = [.. replicas];
        torch.Device[] devices = [.. _options.Devices?.Select(LibTorch.DeviceNamed) ?? replicas.Select(_ => torch.CPU)];
        _deviceKinds = string.Join(',', devices.Select(device => device.type.ToString().ToLowerInvariant()).Distinct());
        _certifier = certifier ?? new CohenCertifier();
        Noise = noise;
        logger ??= NullLogger<SmoothedClassifier>.Instance;
        _pool = new VotePool([.. replicas.Zip(devices, (replica, device) => new VoteSampler(replica, device, noise))], devices, _options.Batch, logger);

        foreach (string warning in _certifier.Warnings(ClassCount))
            logger.LogWarning("{Warning}", warning);
    }

    /// <inheritdoc/>
    public int ClassCount => _replicas[0].ClassCount;

    /// <summary>The smoothing noise.</summary>
    public ISmoothingNoise Noise { get; }

    /// <summary>The certified standard deviation of the noise per pixel value, in [0,1] pixel space.</summary>
    public double Sigma => Noise.Level.Certified;

    /// <inheritdoc/>
    public Prediction Predict(torch.Tensor image, CancellationToken cancellationToken = default) =>
        PredictMany([image], null, cancellationToken).Single();

    /// <inheritdoc/>
    public Certificate Certify(torch.Tensor image, long imageIndex = 0, CancellationToken cancellationToken = default) =>
        CertifyMany([new IndexedImage(imageIndex, image)], null, cancellationToken).Single();

    /// <summary>Predicts many images: ordered, streaming, rows of several images pooled into full batches; image i has noise of its own, as index i.</summary>
    /// <param name="images">float32 [C,H,W] or [1,C,H,W] in [0,1], all of one shape; drawn from as needed.</param>
    /// <param name="progress">Told about ten times a second.</param>
    /// <param name="cancellationToken">Cancels between batches; results already handed out stand, no other follows.</param>
    public IEnumerable<Prediction> PredictMany(
        IEnumerable<torch.Tensor> images, IProgress<SmoothingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        return PredictIndexed(images.Select((image, index) => new IndexedImage(index, image)), progress, cancellationToken);
    }

    /// <summary>
    /// Predicts many images under indices of their own, as <see cref="CertifyMany"/> does: under one <see cref="SmoothingOptions.PredictSeed"/>
    /// an image then has the same noise in every selection of its data set.
    /// </summary>
    /// <param name="images">Images with distinct indices, all of one shape; drawn from as needed.</param>
    /// <param name="progress">Told about ten times a second.</param>
    /// <param name="cancellationToken">Cancels between batches; results already handed out stand, no other follows.</param>
    public IEnumerable<Prediction> PredictIndexed(
        IEnumerable<IndexedImage> images, IProgress<SmoothingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        return Run();

        IEnumerable<Prediction> Run()
        {
            ulong seed = _options.PredictSeed ?? FreshSeed();
            Door door = new();
            IEnumerable<OpenTest<Prediction>> tests = images.Select(
                item => new OpenTest<Prediction>(door.Read(item.Image, item.Index), item.Index, seed, ClassCount, VotePhase.Prediction, () => _certifier.Predict(ClassCount)));
            foreach (OpenTest<Prediction> finished in _pool.Run(tests, () => door.Shape, progress, cancellationToken))
                yield return finished.Result;
        }
    }

    /// <summary>Certifies many images: ordered, streaming, rows of several images pooled into full batches. Each gets the votes that it would get alone.</summary>
    /// <param name="images">Images with distinct indices, all of one shape; drawn from as needed.</param>
    /// <param name="progress">Told about ten times a second.</param>
    /// <param name="cancellationToken">Cancels between batches; certificates already handed out stand, no other follows.</param>
    public IEnumerable<Certificate> CertifyMany(
        IEnumerable<IndexedImage> images, IProgress<SmoothingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        return Run();

        IEnumerable<Certificate> Run()
        {
            ulong seed = _options.Seed ?? FreshSeed();
            Door door = new();
            Queue<Provenance> provenances = new();
            string? fingerprint = null;
            IRadiusRule? rule = null; // one for all images of a call: they have one shape
            IEnumerable<OpenTest<Certificate>> tests = images.Select(item =>
            {
                float[] values = door.Read(item.Image, item.Index);
                rule ??= Noise.RuleFor(values.Length);
                fingerprint ??= Fingerprint(); // once a call: it may hash half a billion weights
                provenances.Enqueue(ProvenanceOf(values, door.Shape, item.Index, seed, fingerprint));
                return new OpenTest<Certificate>(values, item.Index, seed, ClassCount, VotePhase.Estimation, () => _certifier.Certify(ClassCount, rule));
            });
            foreach (OpenTest<Certificate> finished in _pool.Run(tests, () => door.Shape, progress, cancellationToken))
                yield return finished.Result with { Provenance = provenances.Dequeue() with { Batch = finished.Batch } };
        }
    }

    private Provenance ProvenanceOf(float[] values, long[] shape, long index, ulong seed, string fingerprint) => new()
    {
        Seed = seed,
        ImageIndex = index,
        ImageHash = ImageTensors.Hash(values),
        ImageShape = shape,
        DrawnSigma = Noise.Level.Drawn,
        BaseClassifier = fingerprint,
        Precision = Precision(),
        Software = LibTorch.Software,
        Device = _deviceKinds,
        Batch = 0, // known when the certificate is: memory may run out until then
        Noise = Noise.Version,
    };

    /// <summary>The base classifier's name. Replicas that can be named must be one function: the certificate speaks of one.</summary>
    private string Fingerprint()
    {
        string[] names = [.. _replicas.Select(ModuleFingerprint.Of)];
        if (names.Distinct().Count() > 1 && !names.Any(name => name.Contains(ModuleFingerprint.ThisProcessOnly, StringComparison.Ordinal)))
            throw new InvalidOperationException($"The base classifiers are different functions; replicas must be the same one:\n{string.Join('\n', names.Distinct())}");
        return names[0];
    }

    private string Precision()
    {
        string precision = ModuleFingerprint.PrecisionOf(_replicas[0]);
        bool tf32 = _deviceKinds.Contains("cuda", StringComparison.Ordinal) && (torch.backends.cudnn.allow_tf32 || torch.backends.cuda.matmul.allow_tf32);
        return tf32 ? precision + "+tf32" : precision;
    }

    private static ulong FreshSeed() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    private static void CheckReach(ISmoothingNoise noise, IReadOnlyList<IBaseClassifier> replicas)
    {
        double sigma = noise.Level.Asked, reach = replicas.Min(replica => replica is ISigmaLimited limited ? limited.LargestSigma : double.PositiveInfinity);
        if (sigma > reach)
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma, $"Sigma is beyond the denoiser's noisiest timestep, which is sigma {reach:G6}. Use a smaller sigma or a denoiser trained on more noise.");
    }

    /// <summary>What comes in by one call: images of one shape, distinct indices.</summary>
    private sealed class Door
    {
        private readonly HashSet<long> _indices = [];

        public long[] Shape { get; private set; } = [];

        public float[] Read(torch.Tensor image, long? index = null)
        {
            if (index is < 0 or >= NoiseCoordinate.MaxImages)
                throw new ArgumentOutOfRangeException(nameof(index), index, $"An image index must be in [0, 2^{NoiseCoordinate.ImageBits}): it is part of the noise counter.");
            if (index is { } given && !_indices.Add(given))
                throw new ArgumentException($"Image index {given} comes twice: noise is a function of seed and index, so distinct images need distinct indices.");
            (float[] values, long[] shape) = ImageTensors.Read(image);
            if (Shape.Length > 0 && !Shape.SequenceEqual(shape))
                throw new ArgumentException($"All images of one call have one shape: the first was [{string.Join(',', Shape)}], this is [{string.Join(',', shape)}].");
            Shape = shape;
            return values;
        }
    }
}

using System.Security.Cryptography;
using DenoisedSmoothing.PredictionSets;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>What a served classifier has once its models are loaded.</summary>
internal sealed class LoadedModel : IDisposable
{
    private readonly IReadOnlyList<ServedPair> _pairs;

    private LoadedModel(
        IReadOnlyList<ServedPair> pairs, IBaseClassifier first, IReadOnlyDictionary<double, SmoothedClassifier> bySigma,
        SmoothedClassifierOptions options, string name)
    {
        (_pairs, BySigma) = (pairs, bySigma);
        Fingerprint = PartInfo.Of(pairs[0].BaseClassifier).Fingerprint;
        ClassNames = options.ClassNames ?? pairs[0].ClassNames;
        Statistics = new ServedStatistics(bySigma, MethodOf(options), options.MostVotes);
        Answers = new AnswerWriter(name, ClassNames);
        Sets = SetsOf(first, options);
    }

    /// <summary>One for each noise level, the usual level first.</summary>
    public IReadOnlyDictionary<double, SmoothedClassifier> BySigma { get; }

    public SmoothedClassifier Usual => BySigma.Values.First();

    public string Fingerprint { get; }

    public IReadOnlyList<string>? ClassNames { get; }

    public ServedStatistics Statistics { get; }

    public AnswerWriter Answers { get; }

    /// <summary>Null where no calibration was configured.</summary>
    public RobustSetClassifier? Sets { get; }

    public Preprocessing.ImagePreprocess? Preprocess => _pairs[0].Preprocess;

    /// <summary>Loads the models, and makes one pass at each noise level.</summary>
    /// <exception cref="InvalidOperationException">They differ from the configured ones.</exception>
    public static LoadedModel Load(string name, SmoothedClassifierOptions options, IServiceProvider services)
    {
        LibTorch.EnsureAvailable();
        List<ServedPair> pairs = [];
        try
        {
            string[] devices = options.Devices ?? ["cpu"];
            foreach (string device in devices)
                pairs.Add(options.Load?.Invoke(services, device) ?? PairFiles.Load(options, device));
            IBaseClassifier[] replicas = [.. pairs.Select(static pair => new SharedBaseClassifier(pair.BaseClassifier))];
            SmoothingOptions sampling = new()
            {
                Name = name,
                Batch = options.Batch,
                Devices = devices,
                MostImages = options.MostInWork,
                SeedSecret = options.Noise == NoiseKeys.Fresh ? (ReadOnlyMemory<byte>?)null : SecretOf(options),
                Budget = new Budget { Votes = options.MostVotes, Time = options.MostTime },
            };
            ICertifier certifier = Certifiers.Create(MethodOf(options));
            ILogger<SmoothedClassifier>? logger =
                (services.GetService(typeof(ILoggerFactory)) as ILoggerFactory)?.CreateLogger<SmoothedClassifier>();
            OrderedDictionary<double, SmoothedClassifier> bySigma = [];
            foreach (double sigma in options.Sigmas!)
                bySigma.Add(sigma, new SmoothedClassifier(replicas, sigma, certifier, sampling, logger));
            LoadedModel loaded = new(pairs, replicas[0], bySigma, options, name);
            if (options.Fingerprint is { } wanted && wanted != loaded.Fingerprint)
            {
                throw new InvalidOperationException(
                    $"The loaded models are {loaded.Fingerprint}, and the configuration says {wanted}: not the files it was made for.");
            }

            foreach (double sigma in bySigma.Keys)
                MakePass(replicas, sigma, sampling);
            return loaded;
        }
        catch
        {
            foreach (ServedPair pair in pairs)
                pair.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Statistics.Dispose();
        foreach (ServedPair pair in _pairs)
            pair.Dispose();
    }

    /// <summary>The statistics for certificates without a target radius and for predictions.</summary>
    internal static CertificationMethod MethodOf(SmoothedClassifierOptions options) =>
        options.Method is { } text
        ? Certifiers.Create(CertificationMethod.Parse(text)).Method
        : new SequentialCertifier(new SequentialOptions { Budget = options.MostVotes, PredictBudget = options.MostVotes }).Method;

    // A model that does not say which images it takes makes its first pass with the first request. This is not a request, so it is not
    // counted in any model's metrics.
    private static void MakePass(IReadOnlyList<IBaseClassifier> replicas, double sigma, SmoothingOptions sampling)
    {
        SmoothedClassifier smoothed = new(replicas, sigma, new CohenCertifier(n0: 1, n: 1, predictN: 1), sampling with { Name = null });
        if (smoothed.InputShape is not { Height: { } height, Width: { } width } input)
            return;
        using torch.Tensor grey = torch.full([input.Channels ?? 3, height, width], Kept(.5));
        _ = smoothed.Predict(grey);
    }

    // Under fresh keys: a client that asks about many images learns nothing about the noise of the next request.
    private static RobustSetClassifier? SetsOf(IBaseClassifier classifier, SmoothedClassifierOptions options)
    {
        if (options.Calibration is not { } path)
            return null;
        PredictionSetCalibration calibration = PredictionSetCalibration.Read(path);
        PairFiles.CardOf(options)?.Require(calibration.Sigma);
        return new RobustSetClassifier(
            classifier, calibration.Sigma, calibration, new PredictionSetOptions { Device = (options.Devices ?? ["cpu"])[0] });
    }

    private static byte[] SecretOf(SmoothedClassifierOptions options) =>
        options.Secret is { } text ? Convert.FromBase64String(text) : RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);
}

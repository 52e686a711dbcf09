using DenoisedSmoothing.Data;

namespace DenoisedSmoothing.Tool.Tests.Checks;

/// <summary>The bundled pair and a hundred of its images, to be doctored.</summary>
public sealed class GoodPair : IDisposable
{
    internal FashionMnistPair Pair { get; } = FashionMnistPair.Load();

    internal CheckImages Images { get; } = CheckImages.Read(FashionMnistPair.TestImages(), new DatasetRange(), 100, null);

    internal LoadedModels Models => new() { Name = "the pair", Classifier = Pair.Classifier, Diffusion = Pair.Diffusion };

    /// <summary>The classifier alone, for what the denoiser has no part in.</summary>
    internal LoadedModels Plain => With(Pair.Classifier);

    internal LoadedModels With(IClassifier classifier) => new() { Name = "doctored", Classifier = classifier };

    internal LoadedModels With(IDenoiser denoiser) => new() { Name = "doctored", Classifier = Pair.Classifier, OwnDenoiser = denoiser };

    internal static CheckResult Check(LoadedModels models, CheckImages images, params double[] sigmas) => new PairCheck(
        new CheckMeasurement(models, new StrategyChoice(null, null, null, .25, false), images, "cpu", 100, 1), sigmas).Run(default);

    public void Dispose()
    {
        Images.Dispose();
        Pair.Dispose();
    }
}

using System.Globalization;
using DenoisedSmoothing;
using TorchSharp;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    SmoothedClassifier smoothed = new(new Untouched(), new Brightness(), sigma: 0.25, new CohenCertifier(n: 10_000), new SmoothingOptions
    {
        Seed = 1,
    });
    using torch.Tensor image = torch.full(1, 8, 8, 0.6f);
    Prediction prediction = smoothed.Predict(image);
    Certificate certificate = smoothed.Certify(image);
    Console.WriteLine($"predicted {prediction.Label}");
    Console.WriteLine($"certified {certificate.Label}");
    // The nearest image of the other class is 0.1 a pixel away, which over 64 pixels is a distance of 0.8.
    Console.WriteLine($"radius {(certificate.Radius is > 0.6 and < 0.8 ? "close to 0.8 and below" : "WRONG")}: {certificate.Radius:F6}");
    return 0;
}
catch (DllNotFoundException e)
{
    Console.Error.WriteLine(e.Message);
    return 3;
}

/// <summary>Denoises nothing.</summary>
internal sealed class Untouched : IDenoiser
{
    public torch.Tensor Denoise(torch.Tensor noisy, NoiseContext noise) => noisy.clone();
}

/// <summary>Class 1 where the mean pixel is above 0.5, else class 0.</summary>
internal sealed class Brightness : IClassifier
{
    public int ClassCount => 2;

    public torch.Tensor Classify(torch.Tensor images)
    {
        using torch.Tensor mean = images.mean([1, 2, 3]);
        using torch.Tensor excess = mean - 0.5f, lack = 0.5f - mean;
        return torch.stack([lack, excess], dim: 1);
    }
}

using DenoisedSmoothing;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.OnnxRuntime;
using DenoisedSmoothing.Training;
using TorchSharp;

// The bundled pair certifies one of its images; the other packages load and say no for the right reason.
using FashionMnistPair pair = FashionMnistPair.Load();
LabeledImages images = FashionMnistPair.TestImages();
SmoothedClassifier smoothed = new(pair.Denoiser, pair.Classifier, sigma: 0.25, new CohenCertifier(n: 100), new SmoothingOptions
{
    Seed = 1,
});
using torch.Tensor image = images.Image(1);
Certificate certificate = smoothed.Certify(image);
Console.WriteLine($"label {certificate.Label} of {images.Label(1)}");
try
{
    OnnxClassifier.Load("missing.onnx");
}
catch (Exception e) when (e is IOException or ArgumentException)
{
    Console.WriteLine("no such model");
}

Console.WriteLine(typeof(TrainingProgress).Namespace);

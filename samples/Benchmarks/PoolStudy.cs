using System.Diagnostics;
using System.Globalization;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using TorchSharp;

namespace DenoisedSmoothing.Benchmarks;

/// <summary>The bundled pair under many small requests; prints a row of a table for each way of asking.</summary>
internal sealed class PoolStudy : IDisposable
{
    private readonly FashionMnistPair _pair = FashionMnistPair.Load();
    private readonly CountingClassifier _counting;
    private readonly long _predictN0;
    private readonly SmoothedClassifier _smoothed;
    private readonly IndexedImage[] _images;
    private readonly torch.Tensor _warmUpImage;
    private Certificate[]? _alone;
    private Prediction[]? _aloneToo;

    public PoolStudy(SequentialCertifier certifier, double sigma, int? batch, int images)
    {
        _predictN0 = certifier.Options.PredictN0;
        LabeledImages test = FashionMnistPair.TestImages();
        _images = [.. Enumerable.Range(0, images).Select(i => new IndexedImage(i, test.Image(i)))];
        _warmUpImage = test.Image(images);
        _counting = new CountingClassifier(new DenoisedClassifier(_pair.Denoiser, _pair.Classifier));
        _smoothed = new SmoothedClassifier([_counting], sigma, certifier, new SmoothingOptions { Batch = batch, Seed = 1, PredictSeed = 1 });
    }

    public int Batch { get; private set; }

    public void WarmUp() => Batch = _smoothed.Certify(_warmUpImage).Provenance!.Batch;

    public void Certify(string name, bool pooled)
    {
        _counting.Reset();
        Stopwatch clock = Stopwatch.StartNew();
        Certificate[] certificates = pooled ? [.. _smoothed.CertifyMany(_images)] : [.. _images.Select(item => _smoothed.Certify(item.Image, item.Index))];
        Print(name, clock.Elapsed, certificates.Sum(certificate => certificate.N0 + certificate.N));
        if (!(_alone ??= certificates).SequenceEqual(certificates))
            throw new InvalidOperationException("Certificates differ from those that each image has alone.");
    }

    public void Predict(string name, int callers, bool pooled)
    {
        _counting.Reset();
        Prediction[] predictions = new Prediction[_images.Length];
        Stopwatch clock = Stopwatch.StartNew();
        if (pooled)
        {
            predictions = [.. _smoothed.PredictIndexed(_images)];
        }
        else
        {
            // Threads of their own, as a server has; each image under its own index, as PredictIndexed gives it.
            Thread[] threads = [.. Enumerable.Range(0, callers).Select(caller => new Thread(() =>
            {
                for (int i = caller; i < _images.Length; i += callers)
                    predictions[i] = _smoothed.PredictIndexed([_images[i]]).Single();
            }))];
            foreach (Thread thread in threads)
                thread.Start();
            foreach (Thread thread in threads)
                thread.Join();
        }

        Print(name, clock.Elapsed, predictions.Sum(prediction => prediction.Votes.Total + _predictN0));
        if (!(_aloneToo ??= predictions).SequenceEqual(predictions))
            throw new InvalidOperationException("Predictions differ from those that each image has alone.");
    }

    public void Dispose()
    {
        _pair.Dispose();
        _warmUpImage.Dispose();
        foreach (IndexedImage item in _images)
            item.Image.Dispose();
    }

    private void Print(string name, TimeSpan time, long votes)
    {
        double images = _images.Length, seconds = time.TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {images / seconds:F1} | {votes / seconds:F0} | {votes / images:F0} | {_counting.Passes / images:F1} | {100 * (1 - votes / (double)_counting.Rows):F1}% |"));
    }
}

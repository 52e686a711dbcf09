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
    private readonly SmoothingImage[] _images;
    private readonly torch.Tensor _warmUpImage;
    private Certificate[]? _alone;
    private Prediction[]? _aloneToo;

    public PoolStudy(SequentialCertifier certifier, double sigma, int? batch, int images)
    {
        _predictN0 = certifier.Options.PredictN0;
        LabeledImages test = FashionMnistPair.TestImages();
        _images = [.. Enumerable.Range(0, images).Select(i => new SmoothingImage(test.Image(i), i))];
        _warmUpImage = test.Image(images);
        _counting = new CountingClassifier(new DenoisedClassifier(_pair.Denoiser, _pair.Classifier));
        _smoothed = new SmoothedClassifier([_counting], sigma, certifier, new SmoothingOptions
        {
            Batch = batch,
            Seed = 1,
            PredictSeed = 1,
        });
    }

    public int Batch { get; private set; }

    public void WarmUp() => Batch = _smoothed.Certify(_warmUpImage).Provenance!.Batch;

    public void Certify(string name, bool pooled)
    {
        _counting.Reset();
        Stopwatch clock = Stopwatch.StartNew();
        Certificate[] certificates;
        List<TimeSpan> answers = [];
        if (pooled)
            certificates = [.. _smoothed.CertifyMany(_images)];
        else
            certificates = [.. _images.Select(item => Timed(() => _smoothed.Certify(item), answers))];
        Print(name, clock.Elapsed, certificates.Sum(certificate => certificate.N0 + certificate.N), answers);
        if (!(_alone ??= certificates).SequenceEqual(certificates))
            throw new InvalidOperationException("Certificates differ from those that each image has alone.");
    }

    /// <summary>
    /// Predicts all images, handed over at once, or by callers each of whom asks again when it has its answer, as a server's do.
    /// </summary>
    public void Predict(string name, int? callers)
    {
        _counting.Reset();
        Prediction[] predictions = new Prediction[_images.Length];
        List<TimeSpan> answers = [];
        Stopwatch clock = Stopwatch.StartNew();
        if (callers is null)
        {
            predictions = [.. _smoothed.PredictMany(_images)];
        }
        else
        {
            int next = -1;
            Thread[] threads = [.. Enumerable.Range(0, callers.Value).Select(_ => new Thread(() =>
            {
                for (int i = Interlocked.Increment(ref next); i < _images.Length; i = Interlocked.Increment(ref next))
                    predictions[i] = Timed(() => _smoothed.Predict(_images[i]), answers);
            }))];
            foreach (Thread thread in threads)
                thread.Start();
            foreach (Thread thread in threads)
                thread.Join();
        }

        Print(name, clock.Elapsed, predictions.Sum(prediction => prediction.Votes.Total + _predictN0), answers);
        if (!(_aloneToo ??= predictions).SequenceEqual(predictions))
            throw new InvalidOperationException("Predictions differ from those that each image has alone.");
    }

    public void Dispose()
    {
        _pair.Dispose();
        _warmUpImage.Dispose();
        foreach (SmoothingImage item in _images)
            item.Pixels.Dispose();
    }

    private static T Timed<T>(Func<T> call, List<TimeSpan> answers)
    {
        Stopwatch clock = Stopwatch.StartNew();
        T answer = call();
        lock (answers)
            answers.Add(clock.Elapsed);
        return answer;
    }

    private void Print(string name, TimeSpan time, long votes, List<TimeSpan> answers)
    {
        double images = _images.Length, seconds = time.TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {images / seconds:F2} | {votes / seconds:F0} | {Quantile(answers, .5)} | {Quantile(answers, .99)} | "
                + $"{votes / images:F0} | {_counting.Passes / images:F1} | {100 * (1 - votes / (double)_counting.Rows):F1}% |"));
    }

    private static string Quantile(List<TimeSpan> answers, double share)
    {
        if (answers.Count == 0)
            return "-";
        answers.Sort();
        return answers[(int)Math.Ceiling(share * answers.Count) - 1].TotalSeconds.ToString("F2", CultureInfo.InvariantCulture);
    }
}

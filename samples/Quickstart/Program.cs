using System.Diagnostics;
using DenoisedSmoothing;
using DenoisedSmoothing.Data;
using Quickstart;
using Spectre.Console;

return await QuickstartCommand.RunAsync(args, Certify);

static void Certify(QuickstartOptions options, CancellationToken cancellationToken)
{
    // The pair that comes with the library. Your own goes in the same two places: any IDenoiser and any IClassifier, for instance
    //   IDenoiser denoiser = new OneShotDenoiser(unet, new CosineSchedule(4000), timestepScale: 0.25);
    //   IClassifier classifier = new ModuleClassifier(vit, classCount: 10, Normalization.ToSymmetric, resizeTo: (224, 224));
    using FashionMnistPair pair = FashionMnistPair.Load();
    LabeledImages test = FashionMnistPair.TestImages();

    CohenCertifier certifier = new(n0: 100, n: options.N, alpha: 0.001);
    SmoothedClassifier smoothed = new(pair.Denoiser, pair.Classifier, options.Sigma, certifier, new SmoothingOptions
    {
        Seed = options.Seed,
    });
    foreach (string warning in certifier.Warnings(smoothed.ClassCount))
        Console.Error.WriteLine(warning);

    List<CertifiedImage> results = [];
    Stopwatch clock = Stopwatch.StartNew();
    AnsiConsole.Progress().Start(context =>
    {
        ProgressTask bar = context.AddTask($"Certifying {options.Images} images at sigma {smoothed.Sigma:G4}",
            maxValue: options.Images * (100.0 + options.N));
        Progress<SmoothingProgress> progress = new(at => bar.Value = at.TotalDrawn);
        using var scope = TorchSharp.torch.NewDisposeScope(); // frees the images
        IEnumerable<SmoothingImage> images = Enumerable.Range(0, options.Images).Select(i => new SmoothingImage(test.Image(i), i));
        foreach (Certificate certificate in smoothed.CertifyMany(images, progress, cancellationToken))
        {
            results.Add(new CertifiedImage(test.Label(results.Count), certificate, clock.Elapsed));
            clock.Restart();
        }

        bar.StopTask();
    });

    Report.Print(results, test.ClassNames);
    WorkedPicture.Save(options.Out, pair, smoothed, test, results);
    AnsiConsole.MarkupLineInterpolated($"The first of them, attacked: {Path.GetFullPath(options.Out)}");
}

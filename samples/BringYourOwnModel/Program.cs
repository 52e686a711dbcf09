using System.Globalization;
using BringYourOwnModel;
using DenoisedSmoothing;
using DenoisedSmoothing.Denoising;

return await ModelCommand.RunAsync(args, Certify);

static void Certify(ModelOptions options, CancellationToken cancellationToken)
{
    (IClassifier classifier, IDisposable classifierModel) = ModelFiles.Classifier(options);
    using IDisposable freesClassifier = classifierModel;
    (IDenoiser denoiser, IDisposable? denoiserModel) = ModelFiles.Denoiser(options);
    using IDisposable? freesDenoiser = denoiserModel;

    CohenCertifier certifier = new(n: options.N);
    foreach (string warning in certifier.Warnings(classifier.ClassCount))
        Console.Error.WriteLine(warning);
    SmoothedClassifier smoothed = new(
        denoiser, classifier, options.Sigma, certifier, new SmoothingOptions
        {
            Batch = options.Batch,
            Seed = options.Seed,
            Devices = [options.Device],
        });

    IReadOnlyList<NamedImage> images = InputImages.Read(options);
    string how = denoiser is IdentityDenoiser ? "no denoiser" : "denoised in one shot";
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{images.Count} images, {classifier.ClassCount} classes, {how}, sigma {smoothed.Sigma:G4}, n = {options.N}"));
    int next = 0;
    foreach (Certificate certificate in smoothed.CertifyMany(images.Select((image, index) => new SmoothingImage(image.Pixels, index)), null,
        cancellationToken))
    {
        NamedImage image = images[next++];
        Console.WriteLine(certificate.Abstained
            ? $"{image.Name}: abstains"
            : $"{image.Name}: class {certificate.Label} within l2 distance {Cut(certificate.Radius)}");
        image.Pixels.Dispose();
    }
}

// Cut, never rounded up: a printed radius must not promise more than the certificate.
static string Cut(double radius) => (Math.Floor(radius * 1000) / 1000).ToString("F3", CultureInfo.InvariantCulture);

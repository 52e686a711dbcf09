using System.Globalization;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Presets;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Tool;

/// <summary>Images that the classifier wants in another form: with another normalisation, or with channels in another order.</summary>
internal static class ClassifierChecks
{
    private const int Colours = 3;

    public static IEnumerable<CheckWarning> Of(
        IClassifier classifier, CheckImages images, CheckAnswers clean, string device, int batch, CancellationToken cancellationToken)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Tensor pixels = images.Pixels.to(LibTorch.DeviceNamed(device));
        bool[] now = clean.Right(images.Labels);
        List<(string Kind, string Found, string Advice, bool[] Right)> better = [];
        foreach ((string found, string advice, Func<IClassifier> make) in Normalizations(classifier, images.Channels))
        {
            IClassifier other = make();
            bool[] right = CheckAnswers.Ask(other, pixels, batch, cancellationToken).Right(images.Labels);
            (other as IDisposable)?.Dispose();
            if (CheckAnswers.IsBetter(right, now))
                better.Add(("normalization", found, advice, right));
        }

        if (images.Channels == Colours)
        {
            bool[] right = CheckAnswers.Ask(classifier, pixels.flip(1), batch, cancellationToken).Right(images.Labels);
            if (CheckAnswers.IsBetter(right, now))
            {
                better.Add(("channels", "With red and blue exchanged",
                    "The classifier was trained on BGR images, as OpenCV reads them, or these images are BGR. Exchange the channels "
                        + "where it "
                        + "was exported, or write the images as RGB.", right));
            }
        }

        // Of several ways only the best: they are related.
        return [.. better.OrderByDescending(static its => its.Right.Count(static right => right)).Take(1)
            .Select(its => new CheckWarning(its.Kind,
            string.Create(CultureInfo.InvariantCulture,
                $"{its.Found} {its.Right.Count(static right => right)} of {images.Count} clean images are right; as it is, "
                    + $"{now.Count(static right => right)}."),
            its.Advice))];
    }

    private static IEnumerable<(string Found, string Advice, Func<IClassifier> Make)> Normalizations(IClassifier classifier, long channels)
    {
        if (classifier is not ModuleClassifier module)
            yield break;
        foreach ((string name, Normalization? normalization) in NetworkCatalog.Normalizations)
        {
            Normalization? fitting = normalization is null || normalization.Mean.Count == channels ? normalization
                : normalization == Normalization.ToSymmetric
                    ? new([.. Enumerable.Repeat(.5f, (int)channels)], [.. Enumerable.Repeat(.5f, (int)channels)])
                : null;
            if ((normalization is not null && fitting is null) || fitting?.ToString() == module.Normalization?.ToString())
                continue;
            string option = fitting is null || fitting == normalization ? $"--normalization {name}" : "--mean 0.5 --std 0.5";
            yield return ($"Normalised with {option}", $"Say {option}.",
                () => new ModuleClassifier(module.Network, module.ClassCount, fitting, module.ResizeTo) { Input = module.Input });
        }

        yield return ("With pixels from 0 to 255",
            "The classifier expects pixels from 0 to 255: export it with the division by 255 left out of its own "
            + "preparation, or with a multiplication by 255 in front.", () => new DelegateClassifier(module.ClassCount, images =>
            {
                using ModuleClassifier plain = new(module.Network, module.ClassCount, module.Normalization, module.ResizeTo);
                return plain.Classify(images.mul(Kept(255)));
            }));
    }
}

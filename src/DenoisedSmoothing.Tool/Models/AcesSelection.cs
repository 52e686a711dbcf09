using System.Globalization;
using DenoisedSmoothing.Classification;

namespace DenoisedSmoothing.Tool;

/// <summary>What picks the images that aces certifies: the entropy of their answers, or a classifier that was trained to.</summary>
/// <param name="Threshold">Of the entropy; unused where there is a file.</param>
/// <param name="File">The trained selector; null for the entropy.</param>
/// <param name="Network">What its weights belong to; null where the file says it.</param>
internal sealed record AcesSelection(double Threshold, string? File, string? Network)
{
    private const int Classes = 2;

    /// <summary>In a word, for rows and settings: <c>entropy&lt;=0.5</c>, <c>trained</c>, or <c>trained(0.25)</c> where the file remembers
    /// the radius.</summary>
    public string Word => File is null ? Text($"entropy<={Threshold}")
        : FileMetadata.SelectorRadiusOf(File) is { } radius ? Text($"trained({radius})") : "trained";

    /// <summary>In words.</summary>
    public string Words => File is null ? Text($"entropy up to {Threshold}")
        : FileMetadata.SelectorRadiusOf(File) is { } radius ? Text($"selector {File}, trained on what is certified at radius {radius}")
        : $"selector {File}";

    /// <summary>Refuses a file that says itself that it is no selector, before any model is loaded.</summary>
    /// <exception cref="IOException">It is not there.</exception>
    /// <exception cref="InvalidDataException">It has another number of classes than two, or is no model.</exception>
    public AcesSelection Checked()
    {
        if (ModelOptions.ExistingModel(File) is { } there && FileMetadata.ClassesOf(there) is { } classes && classes != Classes)
            throw OtherClasses(classes);
        return this;
    }

    /// <summary>The selector of models on their device.</summary>
    /// <param name="models">The models that are certified.</param>
    /// <param name="choice">How they were chosen.</param>
    /// <param name="device">Where they compute.</param>
    /// <param name="owned">Takes what is loaded.</param>
    /// <exception cref="InvalidDataException">The file cannot be loaded as a classifier of two classes.</exception>
    public IClassifier Of(LoadedModels models, ModelChoice choice, string device, LoadedParts owned)
    {
        if (File is null)
            return new EntropySelector(models.Classifier, Threshold);
        LoadedClassifier loaded = Load(choice, device);
        owned.Add(loaded.Owned);
        return loaded.Classifier.ClassCount == Classes
            ? models.Between.Prepared(loaded.Classifier)
            : throw OtherClasses(loaded.Classifier.ClassCount);
    }

    private LoadedClassifier Load(ModelChoice choice, string device)
    {
        try
        {
            return ModelFiles.Classifier(new ModelChoice
            {
                Classifier = new ClassifierChoice
                {
                    File = File,
                    Network = Network,
                    Classes = Classes,
                    Weights = new() { Part = "classifier" },
                },
                Denoiser = new DenoiserChoice { Weights = new() { Part = "denoiser" } },
                Device = device,
                Precision = choice.Precision,
            });
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            throw new InvalidDataException($"--selector-file {File} cannot be loaded as a classifier of two classes. {e.Message}", e);
        }
    }

    private InvalidDataException OtherClasses(int classes) => new(
        $"--selector-file {File} has {classes} classes; a selector has two: 0 for images left to the core, 1 for those certified. "
        + "dds train-classifier --select-from trains one.");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

namespace DenoisedSmoothing.Tool;

/// <summary>The core model of aces, as it was chosen.</summary>
/// <param name="File">Its file; null for the certification model's classifier, without noise.</param>
/// <param name="Network">What its weights belong to; null where the file says it.</param>
internal sealed record AcesCore(string? File, string? Network)
{
    /// <summary>The core model on a device.</summary>
    /// <param name="models">The models that are certified.</param>
    /// <param name="device">Where they compute.</param>
    /// <param name="owned">Takes what is loaded.</param>
    public IClassifier Of(LoadedModels models, string device, LoadedParts owned)
    {
        if (File is null)
            return models.Classifier;
        (IClassifier core, _, IDisposable part) = ModelFiles.Classifier(new ModelChoice
        {
            Classifier = new ClassifierChoice { File = File, Network = Network, Weights = new() { Part = "classifier" } },
            Denoiser = new DenoiserChoice { Weights = new() { Part = "denoiser" } },
            Device = device,
        });
        owned.Add(part);
        return core;
    }
}

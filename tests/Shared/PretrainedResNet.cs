namespace DenoisedSmoothing.Testing;

/// <summary>
/// A real ResNet-20 for CIFAR-10 in several formats. It is not part of the project: tests that use it are skipped where it is absent.
/// </summary>
internal static class PretrainedResNet
{
    /// <summary>
    /// The tag of the synthetic input, 8x3x32x32 in [-2,2), that expected.safetensors holds the logits for (normalisation comes after it).
    /// </summary>
    public const uint InputTag = 1000071;

    /// <summary>The file's path under <c>../shared</c> beside the checkout; skips the calling test where there is none.</summary>
    public static string PathOf(string name) => SharedData.PathOf($"data/pretrained/resnet20-cifar10/{name}");
}

using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Presets;
using TorchSharp;

namespace DenoisedSmoothing.Tool.Tests;

/// <summary>Files of a network that says the same of every image, as selectors and cores of aces.</summary>
internal static class ConstantNetwork
{
    /// <param name="file">The file to write.</param>
    /// <param name="left">The score of class 0, which leaves an image to the core.</param>
    /// <param name="selected">The score of class 1, which selects it.</param>
    /// <param name="radius">The radius that the file says it was trained on; null for a file that says none.</param>
    /// <param name="classes">The number of classes; the scores of the others are 0.</param>
    /// <param name="remarks">Whether the file says what network it is.</param>
    public static void Write(string file, float left, float selected, double? radius = null, int classes = 2, bool remarks = true)
    {
        using torch.nn.Module<torch.Tensor, torch.Tensor> network = NetworkCatalog.Classifiers["lenet"].Create(classes);
        using IDisposable noGrad = torch.no_grad();
        foreach ((_, TorchSharp.Modules.Parameter parameter) in network.named_parameters())
            parameter.zero_();
        TorchSharp.Modules.Parameter bias = network.named_parameters()
            .Last(its => its.parameter.shape is [var last] && last == classes).parameter;
        using (torch.Tensor scores = torch.tensor([left, selected, .. new float[classes - 2]]))
            bias.copy_(scores);
        Dictionary<string, string> said = remarks
            ? new() { [FileMetadata.ClassifierKey] = "lenet", [FileMetadata.ClassesKey] = $"{classes}" }
            : [];
        if (radius is not null)
            said[FileMetadata.SelectorRadiusKey] = FormattableString.Invariant($"{radius}");
        SafetensorsWriter.Write(file, network.state_dict(), said);
    }
}

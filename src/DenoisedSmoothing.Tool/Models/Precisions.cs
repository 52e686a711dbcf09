using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Tool;

/// <summary>Arithmetic inside the networks.</summary>
internal static class Precisions
{
    /// <summary>The type for a half precision; null for float32.</summary>
    public static ScalarType? TypeOf(string precision) => precision switch
    {
        "bfloat16" => ScalarType.BFloat16,
        "float16" => ScalarType.Float16,
        _ => null,
    };

    /// <summary>The classifier computing in another precision; the same one for float32.</summary>
    public static IClassifier Convert(IClassifier classifier, string precision) => TypeOf(precision) is not { } half ? classifier
        : classifier is ModuleClassifier { Network: nn.Module network } module
            ? new ModuleClassifier(new HalfPrecisionNetwork(network, half), module.ClassCount, module.Normalization, module.ResizeTo)
            {
                Input = module.Input,
            }
            : throw new NotSupportedException($"--precision {precision} is not possible for this classifier: "
                + "it is not a network of weights.");

    /// <summary>The diffusion model computing in another precision; the same one for float32.</summary>
    public static DiffusionModel Convert(DiffusionModel model, string precision) => TypeOf(precision) is not { } half ? model
        : model.Network is nn.Module network
            ? new DiffusionModel(new HalfPrecisionNetwork(network, half), model.Schedule, model.TimestepScale, model.LastTimestep,
                model.Parametrization)
            : throw new NotSupportedException($"--precision {precision} is not possible for this denoiser: "
                + "it is not a network of weights.");
}

using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Testing;

/// <summary>Small images in [0,1].</summary>
internal static class Images
{
    /// <summary>Values by formula, another set for each tag; the caller disposes.</summary>
    public static Tensor Random(uint tag, params long[] shape) => SyntheticWeights.Input(tag, shape, 0, 1);

    public static Tensor Grey(params long[] shape) => full(shape, .5f);

    public static float[] ValuesOf(Tensor image)
    {
        using DisposeScope scope = NewDisposeScope();
        return image.detach().cpu().contiguous().data<float>().ToArray();
    }
}

using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Models;

/// <summary>Parameters that belong to this library's modules, not to TorchSharp's layers.</summary>
internal static class TransformerWeights
{
    /// <summary>Learned tokens [1,count,width], N(0, 0.02^2) at first.</summary>
    public static Parameter Tokens(int count, int width) => Own(randn(1, count, width).mul_(Kept(0.02)));

    /// <summary>A parameter that outlives the dispose scope in which the module is built.</summary>
    public static Parameter Own(Tensor values) => (Parameter)new Parameter(values).DetachFromDisposeScope();
}

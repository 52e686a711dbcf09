using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Kernels;

/// <summary>Tests of float32 as the first use of a card leaves it, with numbers and tensors of their own.</summary>
/// <remarks>Not beside others that go by <see cref="LibTorch.AllowTf32"/>, which is the process's.</remarks>
[Collection(nameof(LibTorch.AllowTf32))]
public abstract class Float32Tests : IDisposable
{
    // libtorch's own generator is the process's, and tests beside these draw from it.
    private readonly Generator _random = new(20261128, CPU);
    private readonly IDisposable _inference = inference_mode();
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    protected Float32Tests() => LibTorch.AllowTf32 = false;

    public void Dispose()
    {
        _scope.Dispose();
        _inference.Dispose();
        _random.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Normal numbers, the same in every run of a test.</summary>
    protected Tensor Random(params long[] shape) => randn(shape, generator: _random);
}

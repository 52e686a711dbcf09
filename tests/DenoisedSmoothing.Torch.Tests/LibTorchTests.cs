namespace DenoisedSmoothing.Torch.Tests;

public class LibTorchTests
{
    [Fact]
    public void EnsureAvailable_is_quiet_where_libtorch_is()
    {
        LibTorch.EnsureAvailable();
        LibTorch.EnsureAvailable();
    }
}

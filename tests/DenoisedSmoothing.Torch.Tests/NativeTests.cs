using TorchSharp;

namespace DenoisedSmoothing.Torch.Tests;

public class NativeTests
{
    [Fact]
    public void Torch_adds()
    {
        using var a = torch.ones(3);
        a.sum().item<float>().Should().Be(3);
    }
}

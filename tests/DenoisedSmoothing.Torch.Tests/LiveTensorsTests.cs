using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests;

public class LiveTensorsTests
{
    [Fact]
    public void ShouldNotChange_sees_a_leak_inside_and_outside_of_scopes()
    {
        Tensor? leaked = null;
        Action outside = () => LiveTensors.ShouldNotChange(() => leaked = ones(1));
        outside.Should().Throw<Xunit.Sdk.XunitException>();
        leaked!.Dispose();

        using var scope = NewDisposeScope();
        Action inside = () => LiveTensors.ShouldNotChange(() => ones(1));
        inside.Should().Throw<Xunit.Sdk.XunitException>();
    }
}

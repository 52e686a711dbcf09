using TorchSharp;

namespace DenoisedSmoothing.Torch.Tests;

public class LibTorchDeviceTests
{
    [Fact]
    public void DeviceNamed_cpu_is_there() => LibTorch.DeviceNamed("cpu").type.Should().Be(DeviceType.CPU);

    [Theory]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("cuda:x")]
    public void DeviceNamed_no_device_says_what_to_say(string name)
    {
        Action act = () => LibTorch.DeviceNamed(name);
        act.Should().Throw<ArgumentException>().WithMessage($"'{name}' is not a device*cuda:1*");
    }

    [SkippableFact]
    public void DeviceNamed_cuda_where_there_is_none_says_which_package()
    {
        Skip.If(torch.cuda.is_available(), "This machine has a CUDA device.");
        Action act = () => LibTorch.DeviceNamed("cuda:0");
        act.Should().Throw<ArgumentException>().WithMessage("*TorchSharp-cuda-linux*").Which.Message.Length.Should().BeLessThan(300);
    }
}

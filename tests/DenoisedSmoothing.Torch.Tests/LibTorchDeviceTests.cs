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

    [Fact]
    public void DevicesNamed_takes_a_list_and_keeps_its_order() =>
        LibTorch.DevicesNamed("cpu, cpu").Should().Equal("cpu", "cpu");

    [Theory]
    [InlineData("", "'' is not a device*")]
    [InlineData("cpu,gpu", "'gpu' is not a device*")]
    [InlineData("cpu,cuda:all", "'cuda:all' is not a device*")]
    public void DevicesNamed_names_what_is_no_device(string names, string message)
    {
        Action act = () => LibTorch.DevicesNamed(names);
        act.Should().Throw<ArgumentException>().WithMessage(message);
    }

    [SkippableTheory]
    [InlineData("cuda:all")]
    [InlineData("cuda:0,cuda:1")]
    public void DevicesNamed_cards_where_there_are_none_says_which_package(string names)
    {
        Skip.If(torch.cuda.is_available(), "This machine has a CUDA device.");
        Action act = () => LibTorch.DevicesNamed(names);
        act.Should().Throw<ArgumentException>().WithMessage("*no CUDA device can be used*");
    }

    [SkippableFact]
    public void DevicesNamed_cards_are_all_there_each_once_and_alone()
    {
        Skip.IfNot(torch.cuda.is_available(), "This machine has no CUDA device.");
        LibTorch.DevicesNamed("cuda:all").Should().HaveCount(torch.cuda.device_count()).And.StartWith("cuda:0");
        FluentActions.Invoking(() => LibTorch.DevicesNamed("cuda,cuda:0")).Should().Throw<ArgumentException>().WithMessage("*twice*");
        FluentActions.Invoking(() => LibTorch.DevicesNamed("cpu,cuda")).Should().Throw<ArgumentException>().WithMessage("*one kind*");
    }
}

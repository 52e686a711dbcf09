using DenoisedSmoothing.Testing;
using TorchSharp;

namespace DenoisedSmoothing.Torch.Tests;

public class ImageTensorsTests
{
    [Fact]
    public void FromHwcBytes_turns_interleaved_bytes_into_planes()
    {
        // 1 x 2 pixels: (10, 20, 30) and (40, 50, 255).
        using torch.Tensor image = ImageTensors.FromHwcBytes([10, 20, 30, 40, 50, 255], height: 1, width: 2);
        image.shape.Should().Equal(3, 1, 2);
        image.dtype.Should().Be(torch.ScalarType.Float32);
        Images.ValuesOf(image).Should().Equal(10 / 255f, 40 / 255f, 20 / 255f, 50 / 255f, 30 / 255f, 1f);
    }

    [Fact]
    public void FromHwcBytes_grey_rows_stay_rows()
    {
        using torch.Tensor image = ImageTensors.FromHwcBytes([0, 51, 102, 153, 204, 255], height: 2, width: 3, channels: 1);
        image.shape.Should().Equal(1, 2, 3);
        image[0, 1, 0].item<float>().Should().Be(153 / 255f);
    }

    [Fact]
    public void FromHwcBytes_all_bytes_are_within_the_range_at_the_door()
    {
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];
        using torch.Tensor image = ImageTensors.FromHwcBytes(bytes, 16, 16, 1);
        (float[] values, long[] shape) = ImageTensors.Read(image);
        shape.Should().Equal(1, 16, 16);
        values.Should().BeInAscendingOrder();
        (values[0], values[255]).Should().Be((0, 1));
    }

    [Fact]
    public void FromHwcBytes_alpha_channel_or_padding_is_refused()
    {
        Action act = () => ImageTensors.FromHwcBytes(new byte[16], 2, 2);
        act.Should().Throw<ArgumentException>().WithMessage("*2x2 pixels of 3 channels are 12 bytes, got 16*alpha channel*");
    }

    [Theory]
    [InlineData(0, 2, 3)]
    [InlineData(2, 0, 3)]
    [InlineData(2, 2, 0)]
    [InlineData(-1, -1, 3)]
    [InlineData(1 << 30, 1 << 30, 16)] // 2^64 bytes wrap to 0
    public void FromHwcBytes_impossible_sizes_are_refused(int height, int width, int channels)
    {
        Action act = () => ImageTensors.FromHwcBytes([], height, width, channels);
        act.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Read_of_an_image_that_was_disposed_of_says_so()
    {
        torch.Tensor image = torch.zeros(1, 2, 2);
        image.Dispose();
        Action act = () => ImageTensors.Read(image);
        act.Should().Throw<ArgumentException>().WithMessage("The image was disposed of before it was read*");
    }

    [Fact]
    public void FromHwcBytes_and_reading_leave_no_tensor()
    {
        LiveTensors.ShouldNotChange(() =>
        {
            using torch.Tensor image = ImageTensors.FromHwcBytes(new byte[12], 2, 2);
            LiveTensors.ShouldNotChange(() => ImageTensors.Read(image));
        });
    }
}

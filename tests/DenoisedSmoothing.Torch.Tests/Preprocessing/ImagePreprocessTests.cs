using System.Security.Cryptography;
using System.Text.Json;
using DenoisedSmoothing.Preprocessing;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Preprocessing;

public class ImagePreprocessTests
{
    [Fact]
    public void Apply_resize_and_crop_gives_the_bytes_of_the_reference_on_PIL()
    {
        // PIL's resize and crop with torchvision's sizes and margins (Goldens/datasets/pictures.py).
        using JsonDocument golden = Golden.Json("datasets/resize.json");
        foreach (JsonElement one in golden.RootElement.GetProperty("resize_and_crop").EnumerateArray())
        {
            int height = one.GetProperty("from")[0].GetInt32(), width = one.GetProperty("from")[1].GetInt32();
            using DisposeScope scope = NewDisposeScope();
            Tensor image = tensor(FormulaImage.Planes(height, width).Select(pixel => pixel / 255f).ToArray(), [3, height, width]);
            float[] prepared = Images.ValuesOf(new ImagePreprocess().Resize(256).CenterCrop(224).Apply(image));
            byte[] bytes = [.. prepared.Select(pixel => (byte)MathF.Round(pixel * 255))];
            prepared.Should().Equal(bytes.Select(pixel => pixel / 255f), "pixels stay those of an 8-bit image");
            bytes.Take(48).Should().Equal(one.GetProperty("first").GetBytesFromBase64(), $"{height}x{width}");
            Convert.ToHexStringLower(SHA256.HashData(bytes)).Should().Be(one.GetProperty("sha256").GetString(), $"{height}x{width}");
        }
    }

    [Fact]
    public void Apply_leaves_no_tensor_but_the_result_and_the_input_alone()
    {
        using Tensor image = rand(3, 300, 260);
        LiveTensors.ShouldNotChange(() => new ImagePreprocess().Resize(256).CenterCrop(224).Apply(image).Dispose());
        image.shape.Should().Equal(3, 300, 260);
    }

    [Theory]
    [InlineData(256, 256)]
    [InlineData(300, 500)]
    [InlineData(640, 333)]
    [InlineData(100, 80)]
    public void Apply_resize_and_crop_gives_the_size_and_keeps_a_flat_image(int height, int width)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor image = full(3, height, width, 51 / 255f);
        Tensor prepared = new ImagePreprocess().Resize(256).CenterCrop(224).Apply(image);
        prepared.shape.Should().Equal(3, 224, 224);
        prepared.sub(0.2).abs().max().item<float>().Should().BeLessThan(1e-6f);
    }

    [Fact]
    public void Apply_shorter_side_already_right_only_crops_the_middle()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor image = rand(3, 256, 300).mul(255).round().div(255);
        Tensor prepared = new ImagePreprocess().Resize(256).CenterCrop(224).Apply(image);
        prepared.equal(image.slice(1, 16, 240, 1).slice(2, 38, 262, 1)).all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void Apply_stays_in_range()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor prepared = new ImagePreprocess().Resize(256).CenterCrop(224).Apply(rand(3, 90, 90).round());
        prepared.min().item<float>().Should().BeGreaterThanOrEqualTo(0);
        prepared.max().item<float>().Should().BeLessThanOrEqualTo(1);
    }

    [Fact]
    public void Apply_exact_size_returns_a_fresh_copy_and_refuses_others()
    {
        using DisposeScope scope = NewDisposeScope();
        ImagePreprocess preprocess = new ImagePreprocess().Exactly(3, 32, 32);
        Tensor image = rand(1, 3, 32, 32);
        Tensor prepared = preprocess.Apply(image);
        prepared.shape.Should().Equal(3, 32, 32);
        prepared.zero_();
        image.sum().item<float>().Should().BeGreaterThan(0);
        Action act = () => preprocess.Apply(rand(3, 28, 28));
        act.Should().Throw<ArgumentException>().WithMessage("The image is 3x28x28*3x32x32 is needed*");
    }

    [Theory]
    [InlineData(255, 0)]
    [InlineData(2, -1)]
    public void Apply_pixels_outside_the_range_are_refused_not_clamped(float scale, float shift)
    {
        using DisposeScope scope = NewDisposeScope();
        Action act = () => new ImagePreprocess().Resize(256).CenterCrop(224).Apply(rand(3, 300, 400) * scale + shift);
        act.Should().Throw<ArgumentException>().WithMessage("*must lie in [0,1]*");
    }

    [Fact]
    public void Apply_image_too_long_to_resize_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        Action act = () => new ImagePreprocess().Resize(256).CenterCrop(224).Apply(zeros(3, 1, 100_000));
        act.Should().Throw<ArgumentException>().WithMessage("*1x100000*256x25600000*");
    }

    [Fact]
    public void Apply_grey_gives_the_bytes_of_PIL()
    {
        // convert("RGB") and convert("L") of the same files (Goldens/datasets/pictures.py).
        using JsonDocument golden = Golden.Json("datasets/pictures.json");
        JsonElement photo = golden.RootElement.GetProperty("rgb.png");
        int height = photo.GetProperty("height").GetInt32(), width = photo.GetProperty("width").GetInt32();
        using Tensor image = ImageTensors.FromHwcBytes(photo.GetProperty("rgb").GetBytesFromBase64(), height, width);
        using Tensor grey = new ImagePreprocess().Grey().Apply(image), twice = new ImagePreprocess().Grey().Apply(grey);
        grey.shape.Should().Equal(1, height, width);
        Images.ValuesOf(grey).Should().Equal(photo.GetProperty("grey").GetBytesFromBase64().Select(pixel => pixel / 255f));
        Images.ValuesOf(twice).Should().Equal(Images.ValuesOf(grey));
    }

    [Fact]
    public void Apply_without_steps_rounds_nothing()
    {
        using Tensor image = rand(3, 5, 4), same = new ImagePreprocess().Apply(image);
        Images.ValuesOf(same).Should().Equal(Images.ValuesOf(image));
        same.shape.Should().Equal(3, 5, 4);
    }
}

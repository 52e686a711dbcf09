using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Preprocessing;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Classification;

/// <summary>
/// Against torch.nn.functional.interpolate(mode=bicubic, antialias=True) of PyTorch (resize.safetensors; outputs are crops).
/// </summary>
public class ResizeTests
{
    [Theory]
    [InlineData("input32", 20, "bicubic_aa_20", 0, 20)]
    [InlineData("input32", 48, "bicubic_aa_48", 0, 32)]
    [InlineData("input32", 224, "bicubic_aa_224", 0, 32)]
    [InlineData("input56", 128, "bicubic_aa_56_128", 40, 80)]
    public void Resize_equals_pytorch(string input, int size, string expected, int from, int to)
    {
        using DisposeScope scope = NewDisposeScope();
        using SafetensorsFile golden = SafetensorsFile.Open(Golden.PathOf("resize.safetensors"));
        Tensor resized = ModuleClassifier.Resize(golden.Read(input), size, size).slice(2, from, to, 1).slice(3, from, to, 1);
        (resized - golden.Read(expected)).abs().max().item<float>().Should().BeLessThan(1e-5f);

        // What cards are given instead of libtorch's own kernel.
        Tensor products = MatrixResize.Resize(golden.Read(input), size, size).slice(2, from, to, 1).slice(3, from, to, 1);
        (products - golden.Read(expected)).abs().max().item<float>().Should().BeLessThan(1e-5f);
    }

    [Fact]
    public void Resize_by_products_takes_images_that_are_not_square()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = rand(2, 3, 9, 14);
        (MatrixResize.Resize(images, 31, 5) - ModuleClassifier.Resize(images, 31, 5)).abs().max().item<float>().Should().BeLessThan(1e-5f);
    }
}

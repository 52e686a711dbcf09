using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Preprocessing;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Denoising;

public class ResizedDenoiserTests
{
    /// <summary>The noise that the denoiser is told is what it gets, measured over 400,000 pixels.</summary>
    [Theory]
    [InlineData(16, 16, Resampling.Bilinear)]
    [InlineData(16, 16, Resampling.Bicubic)]
    [InlineData(28, 20, Resampling.Bilinear)]
    [InlineData(48, 48, Resampling.Bicubic)]
    public void SigmaInside_is_the_noise_that_resizing_leaves(int height, int width, Resampling resampling)
    {
        using DisposeScope scope = NewDisposeScope();
        double measured = 0, told = 0;
        ResizedDenoiser denoiser = new(new DelegateDenoiser((noisy, noise) =>
        {
            (measured, told) = (noisy.square().mean().sqrt().item<float>(), noise.Sigma);
            noisy.shape.Should().Equal(400, 1, height, width);
            return noisy.clone();
        }), height, width, resampling);
        Tensor noise = GaussianNoise(400, 32 * 32);
        denoiser.Denoise(noise.reshape(400, 1, 32, 32) * 0.5, new NoiseContext(0.5)).shape.Should().Equal(400, 1, 32, 32);
        told.Should().Be(denoiser.SigmaInside(0.5, 32, 32)).And.BeLessThan(0.5);
        measured.Should().BeApproximately(told, told * 0.01);
    }

    [Fact]
    public void Denoise_at_the_own_size_changes_nothing_and_leaks_nothing()
    {
        ResizedDenoiser denoiser = new(new DelegateDenoiser((noisy, noise) => noisy * noise.Sigma), 8, 8);
        using Tensor image = Images.Random(1, 2, 3, 8, 8);
        LiveTensors.ShouldNotChange(() =>
        {
            using Tensor denoised = denoiser.Denoise(image, new NoiseContext(0.25));
            using Tensor expected = image * 0.25f;
            Images.ValuesOf(denoised).Should().Equal(Images.ValuesOf(expected));
        });
        denoiser.SigmaInside(0.25, 8, 8).Should().Be(0.25);
    }

    /// <summary>A denoiser that draws has normals of its own size, no two of them the same.</summary>
    [Theory]
    [InlineData(12, 9)]
    [InlineData(4, 4)]
    public void Draw_inside_has_the_inner_size_and_repeats_nothing(int height, int width)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor? drawn = null;
        ResizedDenoiser denoiser = new(new DelegateDenoiser((noisy, noise) =>
        {
            drawn = cat([noise.Draw(1), noise.Draw(2)], 1).DetachFromDisposeScope();
            return noisy.clone();
        }), height, width);
        NoiseContext source = new(0.5, stream => SyntheticWeights.Input((uint)stream, [2, 1, 6, 6]));
        denoiser.Denoise(Images.Random(1, 2, 1, 6, 6), source);
        drawn!.shape.Should().Equal(2, 2, height, width);
        Images.ValuesOf(drawn).Should().OnlyHaveUniqueItems();
        drawn.Dispose();
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        IDenoiser inner = new DelegateDenoiser((noisy, _) => noisy.clone());
        FluentActions.Invoking(() => new ResizedDenoiser(inner, 0, 4)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new ResizedDenoiser(inner, 4, 4, (Resampling)7)).Should().Throw<ArgumentOutOfRangeException>();
        PartInfo.Of(new ResizedDenoiser(new IdentityDenoiser(), 4, 5)).Fingerprint.Should().StartWith("resized(4x5 Bilinear;");
    }

    private static Tensor GaussianNoise(int rows, int pixels)
    {
        // Box-Muller over the tests' own uniform numbers.
        Tensor radius = (SyntheticWeights.Input(7, [rows, pixels / 2], 1e-7, 1).log() * -2).sqrt();
        Tensor angle = SyntheticWeights.Input(8, [rows, pixels / 2], 0, 2 * Math.PI);
        return cat([radius * angle.cos(), radius * angle.sin()], 1);
    }
}

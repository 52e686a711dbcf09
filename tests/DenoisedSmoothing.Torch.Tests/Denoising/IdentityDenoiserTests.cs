using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Testing;
using TorchSharp;

namespace DenoisedSmoothing.Torch.Tests.Denoising;

public class IdentityDenoiserTests
{
    [Fact]
    public void Denoise_gives_a_fresh_copy()
    {
        using torch.Tensor noisy = Images.Random(1, 2, 1, 3, 3);
        float[] before = Images.ValuesOf(noisy);
        using (torch.Tensor result = new IdentityDenoiser().Denoise(noisy, new NoiseContext(.5)))
        {
            Images.ValuesOf(result).Should().Equal(before);
            result.zero_();
        }

        Images.ValuesOf(noisy).Should().Equal(before);
        new IdentityDenoiser().Info.Fingerprint.Should().Be("identity");
    }
}

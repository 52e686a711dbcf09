using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Denoising;

public class NetworkDenoiserTests
{
    private static readonly NoiseContext s_noise = new(0.25);

    /// <summary>The denoiser adds nothing to the network: dncnn17.safetensors is the reference's output for pixels in [0,1).</summary>
    [Fact]
    public void Denoise_is_the_networks_result_as_it_is()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        DnCnn network = new();
        SyntheticWeights.Fill(network);
        NetworkDenoiser denoiser = new(network);
        using SafetensorsFile golden = SafetensorsFile.Open(Golden.PathOf("dncnn17.safetensors"));
        Parity.RelativeError(denoiser.Denoise(golden.Read("input"), s_noise), golden.Read("output")).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void Constructor_puts_the_network_in_evaluation_mode()
    {
        using DnCnn network = new(depth: 4, width: 8);
        network.train();
        _ = new NetworkDenoiser(network);
        network.training.Should().BeFalse();
    }

    [Fact]
    public void Fingerprint_follows_the_weights()
    {
        using DnCnn network = new(depth: 4, width: 8), other = new(depth: 4, width: 8);
        SyntheticWeights.Fill(network);
        string first = new NetworkDenoiser(network).Info.Fingerprint;
        first.Should().StartWith("network(DnCnn:").And.Be(new NetworkDenoiser(network).Info.Fingerprint);
        new NetworkDenoiser(other).Info.Fingerprint.Should().NotBe(first);
    }

    [Fact]
    public void Denoise_another_shape_is_refused_and_freed()
    {
        using nn.Module<Tensor, Tensor> network = nn.Flatten();
        using Tensor noisy = zeros(2, 3, 8, 8);
        NetworkDenoiser denoiser = new(network);
        LiveTensors.ShouldNotChange(() =>
        {
            Action act = () => denoiser.Denoise(noisy, s_noise);
            act.Should().Throw<InvalidOperationException>().WithMessage("*keeps the shape*[2,192]*[2,3,8,8]*");
        });
    }
}

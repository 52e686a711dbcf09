using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Testing;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests;

/// <summary>A certificate names the function that voted: the weights as they are now, in evaluation mode, one function for all replicas.</summary>
public class SmoothedClassifierIdentityTests
{
    private static readonly CohenCertifier s_certifier = new(n0: 4, n: 16);
    private static readonly SmoothingOptions s_options = new() { Batch = 4, Seed = 1 };

    [Fact]
    public void Certify_after_the_weights_changed_names_the_new_function()
    {
        using Sequential network = Network();
        using ModuleClassifier classifier = new(network, 2);
        using Tensor image = full([1, 2, 2], 0.5f);
        SmoothedClassifier smoothed = new(new IdentityDenoiser(), classifier, 0.25, s_certifier, s_options);
        string before = smoothed.Certify(image).Provenance!.BaseClassifier;
        using (no_grad())
            network.parameters().First().neg_();
        smoothed.Certify(image).Provenance!.BaseClassifier.Should().NotBe(before);
    }

    [Fact]
    public void Certify_network_in_training_mode_is_refused()
    {
        using Sequential network = Network();
        using ModuleClassifier classifier = new(network, 2);
        using Tensor image = full([1, 2, 2], 0.5f);
        SmoothedClassifier smoothed = new(new IdentityDenoiser(), classifier, 0.25, s_certifier, s_options);
        network.train();
        Action act = () => smoothed.Certify(image);
        act.Should().Throw<InvalidOperationException>().WithMessage("*training mode*eval()*");
        network.eval();
        act.Should().NotThrow();
    }

    [Fact]
    public void Certify_replicas_that_are_different_functions_is_refused()
    {
        using Sequential one = Network(), other = Network();
        using (no_grad())
            other.parameters().First().add_(1);
        using ModuleClassifier first = new(one, 2), second = new(other, 2);
        using Tensor image = full([1, 2, 2], 0.5f);
        SmoothedClassifier smoothed = new([new DenoisedClassifier(new IdentityDenoiser(), first), new DenoisedClassifier(new IdentityDenoiser(), second)], 0.25, s_certifier, s_options);
        Action act = () => smoothed.Certify(image);
        act.Should().Throw<InvalidOperationException>().WithMessage("*replicas must be the same*");
    }

    [Fact]
    public void Certify_says_what_computed()
    {
        using Sequential network = Network();
        using ModuleClassifier classifier = new(network, 2);
        using Tensor image = full([1, 2, 2], 0.5f);
        Provenance provenance = new SmoothedClassifier(new IdentityDenoiser(), classifier, 0.25, s_certifier, s_options).Certify(image).Provenance!;
        provenance.Software.Should().Contain("DenoisedSmoothing").And.Contain("TorchSharp 0.107");
        provenance.BaseClassifier.Should().Contain(StateDict.Fingerprint(network)[..32]);
    }

    private static Sequential Network() => nn.Sequential(nn.Flatten(), nn.Linear(4, 2));
}

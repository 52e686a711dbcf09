using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Sampling;
using DenoisedSmoothing.Testing;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests;

/// <summary>
/// A certificate names the function that voted: the weights as they are now, in evaluation mode, one function for all replicas.
/// </summary>
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
        SmoothedClassifier smoothed =
            new([new DenoisedClassifier(new IdentityDenoiser(), first), new DenoisedClassifier(new IdentityDenoiser(), second)], 0.25,
            s_certifier, s_options);
        Action act = () => smoothed.Certify(image);
        act.Should().Throw<InvalidOperationException>().WithMessage("*replicas must be the same*");
    }

    [Fact]
    public void Certify_says_what_computed()
    {
        using Sequential network = Network();
        using ModuleClassifier classifier = new(network, 2);
        using Tensor image = full([1, 2, 2], 0.5f);
        Provenance provenance = new SmoothedClassifier(new IdentityDenoiser(), classifier, 0.25, s_certifier, s_options).Certify(image)
            .Provenance!;
        provenance.Software.Should().Contain("DenoisedSmoothing").And.Contain("TorchSharp 0.107");
        provenance.BaseClassifier.Should().Contain(StateDict.Fingerprint(network)[..32]);
    }

    [Fact]
    public void Certify_weights_that_change_during_a_stream_end_it_without_a_certificate()
    {
        using Sequential network = Network();
        using ModuleClassifier classifier = new(network, 2);
        using Tensor image = full([1, 2, 2], 0.5f);
        SmoothedClassifier smoothed = new(new IdentityDenoiser(), classifier, 0.25, s_certifier, s_options);
        List<Certificate> handedOut = [];
        Action act = () =>
        {
            foreach (Certificate certificate in smoothed.CertifyMany(Enumerable.Range(0, 100).Select(i => new SmoothingImage(image, i))))
            {
                handedOut.Add(certificate);
                if (handedOut.Count == 2)
                {
                    using (no_grad())
                        network.parameters().First().neg_();
                }
            }
        };
        act.Should().Throw<InvalidOperationException>().WithMessage("*changed while its votes were drawn*");
        handedOut.Should().HaveCount(2);
    }

    [Fact]
    public void Certify_weights_that_change_during_a_single_call_yield_no_certificate()
    {
        int calls = 0;
        string name = "before";
        Described changing = new(() => name, "float32", () => name = ++calls == 3 ? "after" : name);
        using Tensor image = full([1, 2, 2], 0.5f);
        Action act = () => new SmoothedClassifier([changing], 0.25, s_certifier, s_options).Certify(image);
        act.Should().Throw<InvalidOperationException>().WithMessage("*changed*before*after*");
        act.Should().NotThrow("it is one function now");
    }

    [Theory]
    [InlineData("float32", "float16")]
    [InlineData("bfloat16", "float32")]
    public void Certify_replicas_that_compute_in_different_arithmetic_are_refused(string one, string other)
    {
        // A float16 copy keeps the name that its file has, as scripts and ONNX models do.
        using Tensor image = full([1, 2, 2], 0.5f);
        Action act = () => new SmoothedClassifier([new Described(() => "same", one), new Described(() => "same", other)], 0.25, s_certifier,
            s_options).Certify(image);
        act.Should().Throw<InvalidOperationException>().WithMessage($"*different arithmetic*{one}, {other}*");
    }

    [Fact]
    public async Task Identity_read_once_serves_all_who_asked_before()
    {
        int asked = 0;
        using ManualResetEventSlim go = new();
        ReplicaIdentity identity = new([new Described(() =>
        {
            Interlocked.Increment(ref asked);
            go.Wait(TimeSpan.FromMinutes(1));
            return "name";
        }, "float32")], [TorchSharp.torch.CPU]);
        Task<ReplicaIdentity.Reading>[] readings =
            [.. Enumerable.Range(0, 6).Select(_ => Task.Factory.StartNew(identity.Now, TaskCreationOptions.LongRunning))];
        SpinWait.SpinUntil(() => asked == 1, TimeSpan.FromMinutes(1)).Should().BeTrue();
        Thread.Sleep(100); // the others wait by now
        go.Set();
        (await Task.WhenAll(readings)).Distinct().Should().ContainSingle().Which.Should()
            .Be(new ReplicaIdentity.Reading("name", LibTorch.ArithmeticOn("cpu", "float32")));
        asked.Should().BeInRange(1, 6);
        int before = asked;
        identity.Now();
        asked.Should().Be(before + 1, "a reading is never older than the question");
    }

    [Fact]
    public void Wrapper_written_elsewhere_keeps_name_precision_and_reach_in_one_line()
    {
        using Sequential network = Network();
        using ModuleClassifier classifier = new(network, 2);
        using Tensor image = full([1, 2, 2], 0.5f);
        IBaseClassifier inner = new DenoisedClassifier(new LimitedDenoiser(0.3), classifier);
        Provenance bare = new SmoothedClassifier([inner], 0.25, s_certifier, s_options).Certify(image).Provenance!;
        new SmoothedClassifier([new Wrapper(inner)], 0.25, s_certifier, s_options).Certify(image).Provenance.Should().Be(bare);
        Action beyond = () => _ = new SmoothedClassifier([new Wrapper(inner)], 0.31);
        beyond.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*sigma 0.3*");
    }

    private sealed class Wrapper(IBaseClassifier inner) : IBaseClassifier, IDescribed
    {
        public PartInfo Info => PartInfo.Of(inner);

        public int ClassCount => inner.ClassCount;

        public Tensor Score(Tensor noisy, NoiseContext noise) => inner.Score(noisy, noise);
    }

    private sealed class Described(Func<string> name, string precision, Action? before = null) : IBaseClassifier, IDescribed
    {
        public PartInfo Info => new(name) { Precision = precision };

        public int ClassCount => 2;

        public Tensor Score(Tensor noisy, NoiseContext noise)
        {
            before?.Invoke();
            return zeros(noisy.shape[0], 2);
        }
    }

    private static Sequential Network() => nn.Sequential(nn.Flatten(), nn.Linear(4, 2));
}

using System.Text.Json;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

/// <summary>Against tests/Goldens/training: suhyeok-jang/FT-CADIS@41d3207e, train.py, in float64.</summary>
public class FtCadisTests
{
    public static TheoryData<int> Cases =>
        [.. Enumerable.Range(0, TrainingGolden.Read("ftcadis.json").GetProperty("cases").GetArrayLength())];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Loss_and_gradients_are_those_of_the_reference(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = TrainingGolden.Read("ftcadis.json"), expected = golden.GetProperty("cases")[index];
        Tensor denoised = golden.GetProperty("denoised_logits").Tensor(), attacked = golden.GetProperty("adversarial_logits").Tensor();
        GivenPasses network = new(denoised.flatten(0, 1), null, attacked.flatten(0, 1));
        FtCadis objective = new(new ModuleClassifier(network, 3), new DelegateDenoiser((noisy, _) => noisy + .1), sigma: .5)
        {
            Draws = 4,
            Lambda = expected.GetProperty("lambda").GetDouble(),
            WarmStart = expected.GetProperty("warm_start").GetBoolean(),
            AttackSteps = 1,
        };

        Tensor loss = objective.Loss(TrainingGolden.Batch(
            zeros(5, 1, 2, 2, ScalarType.Float64), golden.GetProperty("labels").Labels(), 3), new GivenNoise([]));
        loss.backward();

        loss.item<double>().Should().BeApproximately(expected.GetProperty("loss").GetDouble(), 1e-12);
        network.Logits[0]!.grad!.reshape(denoised.shape).ShouldBe(expected.GetProperty("grad_denoised_logits"), 1e-12);
        network.Logits[2]!.grad!.reshape(attacked.shape).ShouldBe(expected.GetProperty("grad_adversarial_logits"), 1e-12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Denoised_images_are_moved_as_in_the_reference(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement attacks = TrainingGolden.Read("attacks.json"), golden = attacks.GetProperty("ftcadis_attack"),
            expected = golden.GetProperty("cases")[index];
        Tensor clean = golden.GetProperty("clean").Tensor(), denoised = golden.GetProperty("denoised").Tensor().flatten(0, 1);
        (nn.Module<Tensor, Tensor> linear, _, _) = TrainingGolden.Linear(attacks.GetProperty("weights"), attacks.GetProperty("bias"));
        FirstAnswered network = new(linear, golden.GetProperty("target").Tensor().log().repeat(2, 1));
        // The reference's network takes [-1,1].
        ModuleClassifier classifier = new(network, 3, new Normalization([.5f], [.5f]));
        network.train();
        FtCadis objective = new(classifier, new DelegateDenoiser((_, _) => SymmetricPixels.ToUnit(denoised)), sigma: .5)
        {
            Draws = 2,
            Radius = expected.GetProperty("epsilon").GetDouble() / 2,
            AttackSteps = expected.GetProperty("steps").GetInt32(),
        };

        objective.Loss(TrainingGolden.Batch(SymmetricPixels.ToUnit(clean), zeros(3, ScalarType.Int64), 3), new GivenNoise([]));

        using Tensor last = network.Last!;
        (last - clean.repeat(2, 1, 1, 1)).ShouldBe(expected.GetProperty("eta"), 1e-9);
    }

    /// <summary>Answers its first pass with given logits, and others with a network's.</summary>
    private sealed class FirstAnswered : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> _network;
        private Tensor? _first;

        public FirstAnswered(nn.Module<Tensor, Tensor> network, Tensor first) : base(nameof(FirstAnswered))
        {
            (_network, _first) = (network, first);
            register_module("network", network);
        }

        public Tensor? Last { get; private set; }

        public override Tensor forward(Tensor input)
        {
            if (_first is { } given)
            {
                _first = null;
                return given.alias();
            }

            Last?.Dispose();
            Last = input.detach().clone().DetachFromDisposeScope();
            return _network.call(input);
        }
    }
}

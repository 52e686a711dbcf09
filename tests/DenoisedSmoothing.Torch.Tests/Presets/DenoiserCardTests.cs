using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Presets;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Presets;

/// <summary>What the files of denoisers say of their training, and who listens.</summary>
public sealed class DenoiserCardTests : IDisposable
{
    private const string Small = "fashion-mnist-small";

    private readonly string _folder = Directory.CreateTempSubdirectory("cards").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    private string Write(string name, IReadOnlyDictionary<string, string>? card)
    {
        using Tensor one = ones(1);
        SafetensorsWriter.Write(At(name), new Dictionary<string, Tensor> { ["one"] = one }, card);
        return At(name);
    }

    [Fact]
    public void Find_reads_what_was_written_whatever_the_file_is_called()
    {
        DenoiserCard[] cards =
        [
            new DiffusionCard(Small, "linear", 500, 0.25, TimestepSet.Of([3, 1, 7])),
            new ScoreCard(Small, new SigmaInterval(0.1, 0.7)),
            new PlainDenoiserCard("memnet", 3, 0.1 + 0.2),
        ];
        foreach (DenoiserCard card in cards)
        {
            DenoiserCard found = DenoiserCard.Find(Write("denoiser.bin", card.ToMetadata()))!;
            found.GetType().Should().Be(card.GetType());
            found.ToMetadata().Should().BeEquivalentTo(card.ToMetadata());
            (found.Network, found.TrainedAt, found.File, card.File).Should().Be((card.Network, card.TrainedAt, At("denoiser.bin"), null));
        }
    }

    [Fact]
    public void Find_file_without_a_card_has_none()
    {
        DenoiserCard.Find(Write("bare.safetensors", null)).Should().BeNull();
        DenoiserCard.Find(Write("other.safetensors", new Dictionary<string, string> { ["dds.classifier"] = "lenet" })).Should().BeNull();
        DenoiserCard.Find(_folder).Should().BeNull();
        File.WriteAllText(At("text.safetensors"), "no weights");
        DenoiserCard.Find(At("text.safetensors")).Should().BeNull();
        FluentActions.Invoking(() => DenoiserCard.Find(At("missing.safetensors"))).Should().Throw<IOException>();
        FluentActions.Invoking(() => TrainedDenoiser.Open(At("bare.safetensors"))).Should().Throw<InvalidDataException>()
            .WithMessage($"*{At("bare.safetensors")} does not say*");
    }

    [Theory]
    [InlineData("dds.trained_timesteps", "1..500 dds.network edm dds.schedule cosine dds.schedule_timesteps 1000 dds.timestep_scale 1")]
    [InlineData("dds.trained_timesteps", "1..500 dds.network X dds.schedule cosine dds.schedule_timesteps 500 dds.timestep_scale 1")]
    [InlineData("dds.trained_timesteps", "1..500 dds.network X dds.schedule sigmoid dds.schedule_timesteps 1000 dds.timestep_scale 1")]
    [InlineData("dds.trained_timesteps", "1..500 dds.network X dds.schedule cosine dds.schedule_timesteps 1000 dds.timestep_scale 0")]
    [InlineData("dds.trained_timesteps", "1..500 dds.network X dds.schedule cosine dds.schedule_timesteps 1000")]
    [InlineData("dds.trained_timesteps", "1...500 dds.network X dds.schedule cosine dds.schedule_timesteps 1000 dds.timestep_scale 1")]
    [InlineData("dds.score", "X dds.score_sigmas 0..1")]
    [InlineData("dds.score", "X dds.score_sigmas 1..0.5")]
    [InlineData("dds.score", "of-tomorrow dds.score_sigmas 0.1..1")]
    [InlineData("dds.denoiser", "dncnn dds.channels 0 dds.sigma 0.5")]
    [InlineData("dds.denoiser", "dncnn dds.channels 1 dds.sigma -0.5")]
    [InlineData("dds.denoiser", "dncnn dds.channels 1")]
    [InlineData("dds.network", "X dds.schedule cosine dds.schedule_timesteps 1000 dds.timestep_scale 1")]
    [InlineData("dds.schedule", "cosine")]
    [InlineData("dds.score_sigmas", "0.1..1")]
    [InlineData("dds.sigma", "0.5 dds.channels 1")]
    [InlineData("dds.score", "X dds.score_sigmas 0.1..1 dds.denoiser dncnn dds.channels 1 dds.sigma 0.5")]
    [InlineData("dds.trained_timesteps",
        "1..500 dds.network X dds.schedule cosine dds.schedule_timesteps 1000 dds.timestep_scale 1 dds.score X dds.score_sigmas 0.1..1")]
    public void Find_card_that_cannot_be_understood_is_an_error_that_names_the_file(string key, string rest)
    {
        string[] words = [key, .. rest.Replace("X", Small, StringComparison.Ordinal).Split(' ')];
        string file = Write("bad.safetensors", words.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]));

        FluentActions.Invoking(() => DenoiserCard.Find(file)).Should().Throw<InvalidDataException>().WithMessage($"*{file}*");
    }

    [Fact]
    public void Refusal_follows_the_timesteps_that_levels_are_rounded_up_to()
    {
        DiffusionCard card = new(Small, "cosine", 1000, 1, TimestepSet.Range(100, 500));
        INoiseSchedule schedule = card.NewSchedule();
        double Sigma(int timestep) => Math.Sqrt(1 / schedule.AlphaBar(timestep) - 1) / 2;

        card.Refusal(Sigma(99) * 0.9999).Should().Contain("one-shot at sigma").And.Contain("needs timestep 99");
        card.Refusal(Sigma(99) * 1.0001).Should().BeNull("t* is the first timestep that is not below the level");
        card.Refusal(Sigma(500) * 0.9999).Should().BeNull();
        card.Refusal(Sigma(500) * 1.0001).Should().Contain("needs timestep 501").And.Contain("The denoiser was trained at");
        card.Refusal(double.PositiveInfinity).Should().Contain("beyond");
        card.Refusal(Sigma(300), "multi-step", walks: true).Should().Contain("multi-step").And.Contain("all timesteps up to");
        new DiffusionCard(Small, "cosine", 1000, 1, TimestepSet.Range(0, 500)).Refusal(Sigma(300), "multi-step", walks: true).Should()
            .BeNull();
    }

    [Fact]
    public void Open_gives_a_denoiser_that_refuses_levels_it_was_not_trained_for()
    {
        using DnCnn network = new(1);
        SyntheticWeights.Fill(network);
        SafetensorsWriter.Write(At("d.safetensors"), network.state_dict(), new PlainDenoiserCard("dncnn", 1, 0.5).ToMetadata());

        using TrainedDenoiser trained = TrainedDenoiser.Open(At("d.safetensors"));
        using Tensor noisy = zeros(1, 1, 8, 8);
        using (Tensor clean = trained.Denoiser.Denoise(noisy, new NoiseContext(0.5)))
            clean.shape.Should().Equal(1, 1, 8, 8);

        trained.Denoiser.Invoking(its => its.Denoise(noisy, new NoiseContext(0.25))).Should().Throw<ArgumentException>()
            .WithMessage($"*{At("d.safetensors")} was trained at sigma 0.5, and 0.25 is another level*");
        PartInfo.Of(trained.Denoiser).Fingerprint.Should().Be(PartInfo.Of(trained.Plain).Fingerprint);
        trained.Diffusion.Should().BeNull();
    }

    /// <summary>Strategies of many steps ask the network at every timestep on their way; none of them knows the card.</summary>
    [Theory]
    [InlineData("0..99", true)]
    [InlineData("0..60", true)]
    [InlineData("1..99", false)]
    [InlineData("20,40", false)]
    public void Open_gives_a_diffusion_model_only_where_all_timesteps_of_a_walk_were_trained(string timesteps, bool given)
    {
        using (nn.Module<Tensor, Tensor, Tensor> network = NetworkCatalog.Denoisers[Small].Create())
            SafetensorsWriter.Write(At("d.safetensors"), network.state_dict(),
                new DiffusionCard(Small, "cosine", 100, 10, TimestepSet.Parse(timesteps)).ToMetadata());

        using TrainedDenoiser trained = TrainedDenoiser.Open(At("d.safetensors"));

        (trained.Diffusion is not null, trained.Model is not null).Should().Be((given, true));
    }

    [Fact]
    public void Smooth_pair_with_a_denoiser_of_its_own_card_keeps_to_the_card()
    {
        using (DnCnn network = new())
            SafetensorsWriter.Write(At("d.safetensors"), network.state_dict(), new PlainDenoiserCard("dncnn", 3, 0.5).ToMetadata());
        using (CifarResNet network = new(110, 10, ResNetShortcut.Convolution))
            SafetensorsWriter.Write(At("c.safetensors"), network.state_dict(), null);

        using PretrainedPair pair = PretrainedPairs.SalmanCifar10(At("d.safetensors"), At("c.safetensors"));

        pair.Card!.TrainedAt.Should().Be("sigma 0.5");
        pair.Invoking(its => its.Smooth(0.25)).Should().Throw<ArgumentException>().WithMessage("*trained at sigma 0.5*");
        pair.Smooth(0.5).Sigma.Should().Be(0.5);
    }

    [Fact]
    public void Pair_refuses_a_denoiser_whose_card_names_another()
    {
        string small = Write("small.safetensors", new DiffusionCard(Small, "cosine", 1000, 1, TimestepSet.Range(0, 999)).ToMetadata());
        string other = Write("other.safetensors",
            new DiffusionCard("improved-diffusion-cifar10", "linear", 4000, 0.25, TimestepSet.Range(0, 3999)).ToMetadata());
        string plain = Write("plain.safetensors", new PlainDenoiserCard("dncnn", 3, 0.5).ToMetadata());

        FluentActions.Invoking(() => PretrainedPairs.Cifar10(small, "none")).Should().Throw<InvalidDataException>()
            .WithMessage($"*improved-diffusion-cifar10*{Small}*not this pair's*");
        FluentActions.Invoking(() => PretrainedPairs.Cifar10WideResNet(other, "none")).Should().Throw<InvalidDataException>()
            .WithMessage("*Schedule is cosine*linear*");
        FluentActions.Invoking(() => PretrainedPairs.ImageNet(plain, "none")).Should().Throw<InvalidDataException>();
        FluentActions.Invoking(() => PretrainedPairs.SalmanCifar10(small, "none")).Should().Throw<InvalidDataException>()
            .WithMessage("*told the noise level*");
    }
}

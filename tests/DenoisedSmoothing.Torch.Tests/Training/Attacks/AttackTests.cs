using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Training;
using DenoisedSmoothing.Training.Attacks;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training.Attacks;

public class AttackTests
{
    private const double Sigma = .25;

    private static readonly ISmoothingNoise s_noise = new GridGaussianNoise(Sigma), s_uniform = new UniformNoise(Sigma);

    public static TheoryData<string> All => ["pgd", "pgd without gradients", "ddn", "vote search", "low bits", "known seed"];

    [Theory]
    [MemberData(nameof(All))]
    public void Run_stays_inside_the_radius_and_the_box(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        foreach ((double mean, double radius) in new[] { (.6, .3), (.02, 2.0), (.98, 5.0) })
        {
            Tensor image = LinearTarget.Image(mean).unsqueeze(0);
            Tensor attacked = Attack(name).Run(new LinearTarget().Target(Sigma), image, Label(mean), radius, new StepRandom(1, 0));
            attacked.shape.Should().Equal(image.shape);
            (attacked - image).norm().item<float>().Should().BeLessThanOrEqualTo((float)(radius * (1 + 1e-6)));
            attacked.min().item<float>().Should().BeGreaterThanOrEqualTo(0);
            attacked.max().item<float>().Should().BeLessThanOrEqualTo(1);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Run_under_uniform_noise_stays_inside_the_l1_radius_and_the_box(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        foreach ((double mean, double radius) in new[] { (.6, .3), (.02, 2.0), (.98, 20.0) })
        {
            Tensor image = LinearTarget.Image(mean).unsqueeze(0);
            AttackTarget target = new(new FirstPixelTarget(), s_uniform);
            target.Norm.Should().Be(Norm.L1);
            Tensor attacked = Attack(name, s_uniform).Run(target, image, Label(mean), radius, new StepRandom(1, 0));
            (attacked - image).abs().sum().item<float>().Should().BeLessThanOrEqualTo((float)(radius * (1 + 1e-6)));
            attacked.min().item<float>().Should().BeGreaterThanOrEqualTo(0);
            attacked.max().item<float>().Should().BeLessThanOrEqualTo(1);
        }
    }

    [Theory]
    [InlineData("pgd")]
    [InlineData("pgd without gradients")]
    [InlineData("ddn")]
    [InlineData("vote search")]
    public void Run_under_uniform_noise_finds_the_value_that_matters(string name)
    {
        // The first pixel of 16 decides, .1 away; an l2 attack that spread its length would have to go four times as far.
        using DisposeScope scope = NewDisposeScope();
        Tensor image = LinearTarget.Image(.6).unsqueeze(0);
        Tensor attacked = Attack(name, s_uniform).Run(new AttackTarget(new FirstPixelTarget(), s_uniform), image, Label(.6), .2,
            new StepRandom(1, 0));
        attacked[0, 0, 0, 0].item<float>().Should().BeLessThan(.55f);
    }

    [Fact]
    public void Run_of_what_gives_no_gradients_says_which_attacks_need_none()
    {
        using DisposeScope scope = NewDisposeScope();
        FakeClassifier labels = new(2, noisy => noisy.flatten(1)[.., ..2].detach());
        Tensor image = LinearTarget.Image(.6).unsqueeze(0);
        using StepRandom random = new(1, 0);
        FluentActions.Invoking(() => new PgdAttack().Run(new AttackTarget(labels, s_noise), image, Label(.6), 1, random))
            .Should().Throw<NotSupportedException>().WithMessage("*by estimates or votes*");
        new PgdAttack { UsesGradients = false }.Run(new AttackTarget(labels, s_noise), image, Label(.6), 1, random).shape.Should()
            .Equal(image.shape);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Run_stops_when_asked(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        AttackTarget target = new(new LinearTarget(), s_noise) { Cancellation = new CancellationToken(canceled: true) };
        FluentActions.Invoking(() => Attack(name).Run(target, LinearTarget.Image(.6).unsqueeze(0), Label(.6), .3, new StepRandom(1, 0)))
            .Should().Throw<OperationCanceledException>();
        target.Spent.Should().Be(0);
    }

    [Theory]
    [InlineData("pgd")]
    [InlineData("pgd without gradients")]
    [InlineData("ddn")]
    [InlineData("vote search")]
    public void Run_crosses_the_boundary_where_there_is_one_within_the_radius(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor image = LinearTarget.Image(.6).unsqueeze(0); // the boundary is .4 away
        Tensor attacked = Attack(name).Run(new LinearTarget().Target(Sigma), image, Label(.6), 1.2, new StepRandom(1, 0));
        // DDN stops at the shortest change that turns its own 16 draws, whose mean has a deviation of .016.
        attacked.mean().item<float>().Should().BeLessThan(.55f);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Run_spends_no_more_than_the_budget(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (long budget in new long[] { 0, 1, 100, 700 })
        {
            AttackTarget target = new LinearTarget().Target(Sigma, budget);
            Attack(name).Run(target, LinearTarget.Image(.6).unsqueeze(0), Label(.6), .3, new StepRandom(1, 0));
            target.Spent.Should().BeLessThanOrEqualTo(budget);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Run_is_a_function_of_its_random_numbers(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        float[] one = Run(1), same = Run(1);
        same.Should().Equal(one);

        float[] Run(int seed) => Images.ValuesOf(
            Attack(name).Run(new LinearTarget().Target(Sigma), LinearTarget.Image(.6).unsqueeze(0), Label(.6), .5,
            new StepRandom(seed, 0)));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Run_leaves_no_tensor_and_no_gradient(string name)
    {
        using ModuleClassifier classifier = TrainingFixture.Classifier();
        using Tensor images = Images.Random(1, 1, 1, 8, 8).clamp(0, 1), labels = zeros(1, ScalarType.Int64);
        Run(); // once before: TorchSharp keeps what a module first hands out
        LiveTensors.ShouldNotChange(Run);
        ((nn.Module)classifier.Network).parameters().Count(parameter => parameter.grad is not null).Should().Be(0);

        void Run()
        {
            using StepRandom random = new(1, 0);
            Attack(name).Run(new AttackTarget(classifier, Sigma), images, labels, .5, random).Dispose();
        }
    }

    [Fact]
    public void Run_attacks_through_the_bundled_denoiser_and_classifier()
    {
        using FashionMnistPair pair = FashionMnistPair.Load();
        using DisposeScope scope = NewDisposeScope();
        LabeledImages test = FashionMnistPair.TestImages();
        Tensor image = test.Images([0]), label = test.Labels([0]);
        AttackTarget target = new(new DenoisedClassifier(pair.Denoiser, pair.Classifier), new GridGaussianNoise(.25));
        double before = Share(image), after = Share(
            new PgdAttack { Steps = 4, Draws = 4 }.Run(target, image, label, 3, new StepRandom(1, 0)));
        before.Should().BeGreaterThan(.9);
        after.Should().BeLessThan(.5);

        double Share(Tensor x) => target.VoteShares(x, 32, new StepRandom(2, 0))[0, label.item<long>()].item<double>();
    }

    [Fact]
    public void Run_refuses_arguments_that_make_no_attack()
    {
        using DisposeScope scope = NewDisposeScope();
        AttackTarget target = new LinearTarget().Target(Sigma);
        Tensor image = LinearTarget.Image(.6).unsqueeze(0);
        using StepRandom random = new(1, 0);
        foreach (Action act in new Action[]
        {
            () => new PgdAttack().Run(target, image, Label(.6), 0, random), () =>
                new PgdAttack().Run(target, image, Label(.6), double.NaN, random),
            () => new PgdAttack().Run(target, image + 1, Label(.6), 1, random), () =>
                new PgdAttack().Run(target, image, zeros(2, ScalarType.Int64), 1, random),
            () => new KnownSeedAttack(s_noise, 1).Run(target, image.repeat(2, 1, 1, 1), zeros(2, ScalarType.Int64), 1, random),
            () => _ = new PgdAttack { Steps = 0 }, () => _ = new PgdAttack { Draws = 0 }, () => _ = new PgdAttack { Reach = 0 },
            () => _ = new DdnAttack { Steps = 0 }, () => _ = new DdnAttack { Gamma = 1 }, () => _ = new DdnAttack { Levels = 1 }, () =>
                _ = new DdnAttack { InitialNorm = 0 },
            () => _ = new VoteSearchAttack { Turn = 0 }, () => _ = new LowBitsAttack { LastBit = 31 }, () =>
                _ = new KnownSeedAttack(s_noise, 1) { Draws = 0 },
        })
        {
            act.Should().Throw<ArgumentException>();
        }
    }

    private static Tensor Label(double mean) => tensor(new long[] { mean > .5 ? 1 : 0 });

    private static IAttack Attack(string name, ISmoothingNoise? noise = null) => name switch
    {
        "pgd" => new PgdAttack(),
        "pgd without gradients" => new PgdAttack { UsesGradients = false, Draws = 64 },
        "ddn" => new DdnAttack { Draws = noise is null ? 16 : 256 },
        "vote search" => new VoteSearchAttack(),
        "low bits" => new LowBitsAttack(),
        "known seed" => new KnownSeedAttack(noise ?? s_noise, 5),
        _ => throw new ArgumentException(name),
    };
}

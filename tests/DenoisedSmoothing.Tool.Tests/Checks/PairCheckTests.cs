using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Schedules;
using TorchSharp;
using static DenoisedSmoothing.KeptScalars;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Tool.Tests.Checks;

/// <summary>Every warning is provoked by a doctored pair or doctored images, and none by the pair as it is.</summary>
public sealed class PairCheckTests(GoodPair good) : IClassFixture<GoodPair>
{
    private static string[] Kinds(CheckResult result) => [.. result.Warnings.Select(static warning => warning.Kind)];

    private CheckImages Doctored(Func<Tensor, Tensor> pixels)
    {
        using DisposeScope scope = NewDisposeScope();
        return good.Images with { Pixels = pixels(good.Images.Pixels).DetachFromDisposeScope() };
    }

    private DelegateDenoiser AfterDenoising(Func<Tensor, Tensor, Tensor> change) =>
        new((noisy, context) => change(good.Pair.Denoiser.Denoise(noisy, context), noisy));

    [Fact]
    public void Run_of_the_pair_as_it_is_warns_of_nothing()
    {
        CheckResult result = GoodPair.Check(good.Models, good.Images, .12, .25, .5, 1, 1.5);

        result.Warnings.Should().BeEmpty();
        result.Clean.Right(good.Images.Labels).Count(static right => right).Should().BeGreaterThan(85);
        foreach (CheckLevel level in result.Levels)
        {
            level.NoisyError.Average().Should().BeApproximately(level.Sigma * level.Sigma, .05 * level.Sigma * level.Sigma);
            level.Error.Average().Should().BeLessThan(level.NoisyError.Average() / 2);
            level.NoiseLeft.Should().BeApproximately(level.NoiseLeftByError, .1,
                "what is left of the noise is the error over the noise's, by Stein's lemma");
        }
    }

    [Fact]
    public void Run_without_a_denoiser_warns_of_nothing()
    {
        GoodPair.Check(good.Plain, good.Images, .25).Warnings.Should().BeEmpty();
    }

    [Theory]
    [InlineData(255, 0, "range", "Divide by 255")]
    [InlineData(2, -1, "range", "[-1,1]")]
    [InlineData(1 / 255.0, 0, "dark", "divided by 255 twice")]
    public void Run_warns_of_images_in_another_range(double factor, double offset, string kind, string advice)
    {
        using CheckImages images = Doctored(pixels => pixels.mul(Kept(factor)).add(Kept(offset)));

        ImageChecks.Of(images, [.5]).Should().ContainSingle(warning => warning.Kind == kind).Which.Advice.Should().Contain(advice);
        ImageChecks.Of(good.Images, [.5]).Should().BeEmpty();
    }

    [Fact]
    public void Run_warns_of_sigma_for_pixels_from_0_to_255_and_beyond_the_models_reach()
    {
        CheckResult result = GoodPair.Check(good.Models, good.Images, .25, 1.9, 12);

        Kinds(result).Should().Equal("sigma-units", "reach", "reach");
        result.Warnings[0].Advice.Should().Contain("0.0471");
        result.Warnings[1].Found.Should().StartWith("At sigma 1.9: ");
        result.Levels.Select(static level => level.Problem is null).Should().Equal(true, false, false);
    }

    [Fact]
    public void Run_warns_of_another_normalization_and_names_the_right_one()
    {
        ModuleClassifier right = (ModuleClassifier)good.Pair.Classifier;
        using ModuleClassifier wrong = new(right.Network, right.ClassCount, new Normalization([.5f], [.5f]));

        CheckResult result = GoodPair.Check(good.With(wrong), good.Images, .25);

        result.Warnings.Should().ContainSingle(static warning => warning.Kind == "normalization").Which.Advice
            .Should().Be("Say --normalization none.");
    }

    [Fact]
    public void Run_warns_of_a_classifier_that_wants_pixels_from_0_to_255()
    {
        using ModuleClassifier wrong = new(new Divides((ModuleClassifier)good.Pair.Classifier), 10);

        CheckResult result = GoodPair.Check(good.With(wrong), good.Images, .25);

        result.Warnings.Should().ContainSingle(static warning => warning.Kind == "normalization").Which.Advice.Should().Contain("0 to 255");
    }

    [Fact]
    public void Run_warns_of_channels_in_another_order()
    {
        // The picture is in red, and the classifier looks at blue.
        using CheckImages images = Doctored(pixels => cat([pixels, pixels.mul(Kept(.1)), zeros_like(pixels)], 1));
        DelegateClassifier blue = new(10, pixels => good.Pair.Classifier.Classify(pixels.narrow(1, 2, 1)));
        LoadedModels models = new() { Name = "doctored", Classifier = blue };

        CheckResult result = GoodPair.Check(models, images, .25);

        result.Warnings.Should().ContainSingle(static warning => warning.Kind == "channels").Which.Advice.Should().Contain("BGR");
    }

    [Fact]
    public void Run_warns_of_classes_in_another_order_and_names_them()
    {
        int[] order = [3, 1, 0, 2, 4, 5, 9, 7, 8, 6];
        CheckImages images = good.Images with { Labels = [.. good.Images.Labels.Select(label => order[label])] };

        CheckWarning warning = GoodPair.Check(good.Plain, images, .25).Warnings.Should()
            .ContainSingle(static warning => warning.Kind == "labels-order").Which;

        warning.Found.Should().Contain("T-shirt/top (0) is answered 2").And.Contain("Shirt (6) is answered 9").And.NotContain("(5)");
        LabelChecks.Renaming(good.Images, GoodPair.Check(good.Plain, good.Images).Clean).Should().BeNull();
    }

    [Fact]
    public void Run_warns_of_labels_that_begin_at_1()
    {
        CheckImages images = good.Images with { Labels = [.. good.Images.Labels.Select(static label => label + 1)] };

        CheckResult result = GoodPair.Check(good.Plain, images, .25);

        Kinds(result).Should().Contain(["labels-range", "labels-order"]);
        result.Warnings.First(static warning => warning.Kind == "labels-range").Advice.Should().Contain("begin at 1");
    }

    [Fact]
    public void Run_warns_of_a_classifier_that_guesses()
    {
        Random random = new(5);
        CheckImages images = good.Images with { Labels = [.. good.Images.Labels.Select(_ => random.Next(10))] };

        Kinds(GoodPair.Check(good.Plain, images, .25)).Should().Equal("chance");
    }

    [Fact]
    public void Run_says_nothing_of_guessing_where_one_image_cannot_show_it()
    {
        using CheckImages one = CheckImages.Read(FashionMnistPair.TestImages(), new DatasetRange(), 1, null);

        Kinds(GoodPair.Check(good.Plain, one, .25)).Should().NotContain("chance");
    }

    [Theory]
    [InlineData(2, -1, "output-range", "they are in [-1,1]")]
    [InlineData(.5, .5, "output-range", "half the contrast")]
    [InlineData(255, 0, "output-range", "from 0 to 255")]
    [InlineData(1, .12, "brightness", "brighter")]
    [InlineData(1, -.12, "brightness", "darker")]
    public void Run_warns_of_a_denoiser_that_answers_in_another_range(double factor, double offset, string kind, string says)
    {
        LoadedModels models = good.With(AfterDenoising((denoised, _) => denoised.mul(Kept(factor)).add(Kept(offset))));

        GoodPair.Check(models, good.Images, .5).Warnings.Should().ContainSingle(warning => warning.Kind == kind).Which.Found
            .Should().Contain(says);
    }

    [Fact]
    public void Run_warns_of_a_denoiser_that_is_worse_than_nothing()
    {
        LoadedModels models = good.With(new DelegateDenoiser(static (noisy, _) => noisy.mul(Kept(1.4))));

        CheckResult result = GoodPair.Check(models, good.Images, .25, .5);

        result.Warnings.Should().ContainSingle(static warning => warning.Kind == "worse-than-nothing").Which.Found
            .Should().StartWith("At sigma 0.25, 0.5: ");
    }

    [Fact]
    public void Run_warns_of_noise_that_is_left()
    {
        LoadedModels models = good.With(AfterDenoising(static (denoised, noisy) => denoised.mul(Kept(.6)).Plus(noisy.mul(Kept(.4)))));

        CheckWarning warning = GoodPair.Check(models, good.Images, .5).Warnings
            .Should().ContainSingle(static warning => warning.Kind == "noise-left").Which;

        warning.Found.Should().Contain("42% of the noise");
    }

    [Fact]
    public void Run_warns_of_a_denoiser_that_takes_away_what_the_classifier_looks_at()
    {
        LoadedModels models = good.With(new DelegateDenoiser(static (noisy, _) => noisy.mul(Kept(0)).add(Kept(.3))));

        Kinds(GoodPair.Check(models, good.Images, .05)).Should().Contain("classifier-harmed");
    }

    [Fact]
    public void Run_warns_of_pixels_that_are_no_numbers()
    {
        LoadedModels models = good.With(new DelegateDenoiser(static (noisy, _) => noisy.div(Kept(0)).sub(noisy.div(Kept(0)))));

        Kinds(GoodPair.Check(models, good.Images, .5)).Should().Contain("not-finite");
    }

    public static TheoryData<double, Parametrization, bool, string> OtherModels => new()
    {
        { .25, Parametrization.Epsilon, false, "--timestep-scale 1" },
        { 1, Parametrization.V, false, "--predicts Epsilon" },
        { 1, Parametrization.X0, false, "--predicts Epsilon" },
        { 1, Parametrization.Epsilon, true, "--schedule cosine" },
    };

    [Theory]
    [MemberData(nameof(OtherModels))]
    public void Run_warns_of_another_way_to_ask_the_network_and_names_the_right_one(double scale, Parametrization predicts, bool linear,
        string option)
    {
        INoiseSchedule schedule = linear ? new LinearSchedule(1000) : FashionMnistPair.Schedule;
        DiffusionModel wrong = new(good.Pair.Diffusion.Network, schedule, scale, FashionMnistPair.LastTimestep, predicts);
        LoadedModels models = new() { Name = "doctored", Classifier = good.Pair.Classifier, Diffusion = wrong };

        CheckResult result = GoodPair.Check(models, good.Images, .5);

        result.Warnings.Should().ContainSingle(static warning => warning.Kind == "diffusion-settings").Which.Advice
            .Should().Be($"Say {option}.");
    }

    // A classifier as others export it, with the division inside.
    private sealed class Divides(ModuleClassifier inner) : nn.IModule<Tensor, Tensor>
    {
        public Tensor call(Tensor input)
        {
            using Tensor scaled = input.div(Kept(255));
            return inner.Classify(scaled);
        }
    }
}

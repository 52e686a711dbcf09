using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Soft;
using MathNet.Numerics.Integration;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Soft;

public class SoftSmoothedClassifierTests
{
    private static readonly SoftCertifier s_few = new(n0: 2, n: 10);
    private static readonly Tensor s_image = full([1, 1, 1], .7f).DetachFromDisposeScope();

    [Fact]
    public void Certify_bounds_the_mean_score_under_the_noise()
    {
        // Logits 4 x and 2 on the image .7 with noise of .5: the mean of 1 / (1 + exp(-2 (4 x - 2))) for beta 2, by quadrature.
        double mean = GaussLegendreRule.Integrate(
            x => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI) / (1 + Math.Exp(-2 * (4 * (.7 + .5 * x) - 2))), -8, 8, 400);
        SoftSmoothedClassifier smoothed = new(
            Base(), new GridGaussianNoise(.5), new SoftCertifier(n0: 50, n: 4000, beta: 2), seed: 3) { Batch = 64 };

        SoftCertificate certificate = smoothed.Certify(new(s_image, 7));

        double error = Math.Sqrt(certificate.Variance / certificate.N);
        certificate.Mean.Should().BeApproximately(mean, 5 * error).And.NotBe(mean);
        certificate.MeanLower.Should().BeLessThan(mean);
        (certificate.Label, certificate.N).Should().Be((0, 4000));
        certificate.Radius.Should().BeGreaterThan(0).And.BeLessThan(.5);
        certificate.Should().Be(smoothed.Certify(new(s_image, 7)));
        smoothed.Certify(new(s_image, 8)).Mean.Should().NotBe(certificate.Mean);
    }

    [Fact]
    public void Certify_by_PixelDp_bounds_the_other_classes_by_their_own_scores()
    {
        // Three classes of logits 4 x, 2 and 0: what the first leaves to 1 is shared by the others.
        SoftSmoothedClassifier smoothed = new(new DenoisedClassifier(new IdentityDenoiser(), new DelegateClassifier(3, images =>
        {
            Tensor x = images.flatten(1);
            return cat([4 * x, full_like(x, 2), full_like(x, 0)], 1);
        })), new GridGaussianNoise(.5), new SoftCertifier(SoftForm.PixelDp, n0: 50, n: 4000), seed: 3) { Batch = 64 };
        double[] means = [.. Enumerable.Range(0, 2).Select(label => GaussLegendreRule.Integrate(x =>
        {
            double first = Math.Exp(4 * (.7 + .5 * x)), second = Math.Exp(2);
            return Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI) * (label == 0 ? first : second) / (first + second + 1);
        }, -8, 8, 400))];

        SoftCertificate certificate = smoothed.Certify(new(s_image, 7));

        certificate.Mean.Should().BeApproximately(means[0], 5 * Math.Sqrt(certificate.Variance / 4000));
        certificate.RivalMean.Should().BeApproximately(means[1], 5 * Math.Sqrt(certificate.RivalVariance!.Value / 4000));
        certificate.RivalUpper.Should().BeGreaterThan(means[1]).And.BeLessThan(1 - certificate.MeanLower);
        (certificate.Label, certificate.N, certificate.ClassCount).Should().Be((0, 4000, 3));
        certificate.Radius.Should().BeGreaterThan(0).And.BeLessThan(.5 * .5705);
        new DenoisedSmoothing.Verification.CertificateVerifier().Verify(certificate).Should().BeEmpty();
    }

    [Fact]
    public void Certify_of_scores_that_are_no_numbers_abstains()
    {
        using DisposeScope scope = NewDisposeScope();
        DelegateClassifier nothing = new(2, images => full(images.shape[0], 2, float.NaN));
        SoftSmoothedClassifier smoothed = new(new DenoisedClassifier(new IdentityDenoiser(), nothing), new GridGaussianNoise(.5),
            s_few, 1) { Batch = 4 };
        smoothed.Certify(s_image).Should().Match<SoftCertificate>(its => its.Abstained && its.Mean == 0 && its.Radius == 0);
    }

    [Fact]
    public void Images_are_read_and_refused_as_everywhere()
    {
        using DisposeScope scope = NewDisposeScope();
        SoftSmoothedClassifier smoothed = new(Base(), new GridGaussianNoise(.5), s_few, 1) { Batch = 4 };
        foreach ((Tensor image, string message) in new[]
        {
            (full([1, 1, 1], 128f), "*[0,255]*"), (full([1, 1, 1], float.NaN), "*NaN*"), (full([1, 1, 1], 1, ScalarType.Byte), "*float32*"),
            (zeros(1, 1), "*[C,H,W]*"),
        })
        {
            smoothed.Invoking(its => its.Certify(image)).Should().Throw<ArgumentException>().WithMessage(message);
        }
    }

    [Fact]
    public void Certificates_name_their_classifier_image_and_draws_and_images_without_an_index_have_noise_of_their_own()
    {
        using DisposeScope scope = NewDisposeScope();
        SoftSmoothedClassifier smoothed = new(Base(), new GridGaussianNoise(.5), s_few, 1) { Batch = 4 };
        Provenance one = smoothed.Certify(full([1, 1, 1], .2f)).Provenance!, other = smoothed.Certify(full([1, 1, 1], .3f)).Provenance!;

        (one.Seed, one.Batch, one.Precision, one.Device).Should().Be((1ul, 4, LibTorch.ArithmeticOn("cpu", "float32"), "cpu"));
        one.BaseClassifier.Should().NotBeEmpty().And.Be(other.BaseClassifier);
        (one.ImageHash, one.ImageIndex).Should().NotBe((other.ImageHash, other.ImageIndex));
        one.ImageIndex.Should().NotBe(other.ImageIndex);
    }

    [Fact]
    public void The_label_is_chosen_by_draws_of_its_own()
    {
        using DisposeScope scope = NewDisposeScope();
        List<float> seen = [];
        DenoisedClassifier classifier = new(new IdentityDenoiser(), new DelegateClassifier(2, images =>
        {
            seen.AddRange(images.data<float>().ToArray());
            return zeros(images.shape[0], 2);
        }));

        new SoftSmoothedClassifier(classifier, new GridGaussianNoise(.5), new SoftCertifier(n0: 8, n: 40), 1) { Batch = 8 }
            .Certify(s_image);

        seen.Should().HaveCount(48);
        seen.Take(8).Intersect(seen.Skip(8)).Should().BeEmpty();
    }

    [Fact]
    public void Scores_of_another_shape_and_changing_classifiers_are_errors()
    {
        using DisposeScope scope = NewDisposeScope();
        DelegateClassifier wrong = new(3, images => zeros(images.shape[0], 2));
        new SoftSmoothedClassifier(new DenoisedClassifier(new IdentityDenoiser(), wrong), new GridGaussianNoise(.5), s_few, 1)
        { Batch = 4 }.Invoking(its => its.Certify(s_image)).Should().Throw<Exception>().WithMessage("*3*");

        using nn.Module<Tensor, Tensor> network = nn.Sequential(nn.Flatten(), nn.Linear(1, 2));
        int asked = 0;
        DenoisedClassifier changing = new(new DelegateDenoiser((noisy, _) =>
        {
            if (++asked == 3)
            {
                using IDisposable taped = inference_mode(false);
                using IDisposable still = no_grad();
                network.parameters().First().add_(1);
            }

            return noisy.clone();
        }), new ModuleClassifier(network, 2));
        new SoftSmoothedClassifier(changing, new GridGaussianNoise(.5), new SoftCertifier(n0: 4, n: 12), 1) { Batch = 4 }
            .Invoking(its => its.Certify(s_image)).Should().Throw<InvalidOperationException>().WithMessage("*changed*");
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        foreach (Action act in new Action[]
        {
            () => _ = new SoftCertifier(n: 1), () => _ = new SoftCertifier(n0: 0), () => _ = new SoftCertifier(beta: 0),
            () => _ = new SoftCertifier(alpha: .6), () => _ = new SoftCertifier(alpha: 1e-95), () => _ = new SoftCertifier((SoftForm)5),
            () => _ = new SoftSmoothedClassifier(Base(), new GridGaussianNoise(.5)) { Batch = 0 },
        })
        {
            act.Should().Throw<ArgumentOutOfRangeException>();
        }
    }

    private static DenoisedClassifier Base() => new(new IdentityDenoiser(), new DelegateClassifier(2, images =>
    {
        Tensor x = images.flatten(1);
        return cat([4 * x, full_like(x, 2)], 1);
    }));
}

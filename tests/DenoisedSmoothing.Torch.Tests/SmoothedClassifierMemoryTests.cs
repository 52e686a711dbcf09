using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests;

/// <summary>No tensor is left alive, and none of the caller's is touched, however a call ends.</summary>
[Collection(OneAtATime.Name)] // counts the whole process's tensors
public class SmoothedClassifierMemoryTests
{
    private static readonly CohenCertifier Small = new(n0: 5, n: 11, alpha: .05, predictN: 7);

    [Fact]
    public void Calls_that_finish_leave_nothing_and_keep_the_images()
    {
        using Tensor image = Images.Random(1, 1, 3, 3);
        float[] before = Images.ValuesOf(image);
        SmoothedClassifier smoothed = Smoothed(Stochastic());
        LiveTensors.ShouldNotChangeAnywhere(() =>
        {
            smoothed.Predict(image);
            smoothed.Certify(image);
            smoothed.CertifyMany(Endless(image).Take(9)).Should().HaveCount(9);
            smoothed.PredictMany(Enumerable.Repeat(new SmoothingImage(image), 9)).Should().HaveCount(9);
        });
        Images.ValuesOf(image).Should().Equal(before);
    }

    [Fact]
    public void Calls_within_the_callers_scope_leave_nothing_in_it()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor image = Images.Random(1, 1, 3, 3).requires_grad_();
        SmoothedClassifier smoothed = Smoothed(Stochastic());
        LiveTensors.ShouldNotChangeAnywhere(() =>
        {
            smoothed.Predict(image);
            smoothed.CertifyMany(Endless(image).Take(9)).Should().HaveCount(9);
        });
        scope.DisposablesCount.Should().Be(1, "only the image is the scope's");
        image.IsInvalid.Should().BeFalse();
    }

    [Fact]
    public void Calls_across_scopes_and_modes_of_the_caller_go_on()
    {
        // A streaming call outlives the scopes and the autograd modes that its caller enters and leaves between results.
        using Tensor image = Images.Random(1, 1, 3, 3);
        SmoothedClassifier smoothed = Smoothed(FakeClassifier.Checksum(3));
        List<Certificate> expected = [.. smoothed.CertifyMany(Endless(image).Take(40))];
        LiveTensors.ShouldNotChangeAnywhere(() =>
        {
            using IEnumerator<Certificate> certificates = smoothed.CertifyMany(Endless(image).Take(40)).GetEnumerator();
            for (int i = 0; i < expected.Count; i++)
            {
                using DisposeScope scope = NewDisposeScope();
                using IDisposable? mode = i % 3 == 0 ? inference_mode() : i % 3 == 1 ? no_grad() : null;
                certificates.MoveNext().Should().BeTrue();
                certificates.Current.Should().Be(expected[i]);
            }
        });
    }

    [Fact]
    public void Calls_abandoned_half_way_leave_nothing()
    {
        using Tensor image = Images.Random(1, 1, 3, 3);
        SmoothedClassifier smoothed = Smoothed(Stochastic());
        LiveTensors.ShouldNotChangeAnywhere(() =>
        {
            smoothed.CertifyMany(Endless(image)).First().Should().NotBeNull();
            smoothed.CertifyMany(Endless(image)).Take(7).Count().Should().Be(7);
            smoothed.PredictMany(Enumerable.Repeat(new SmoothingImage(image), 100)).Take(3).Count().Should().Be(3);
            smoothed.CertifyMany(Endless(image)).GetEnumerator().Dispose();
        });
        image.IsInvalid.Should().BeFalse();
    }

    [Fact]
    public void Calls_cancelled_leave_nothing()
    {
        using Tensor image = Images.Random(1, 1, 3, 3);
        using CancellationTokenSource source = new();
        SmoothedClassifier smoothed = Smoothed(new FakeClassifier(2, noisy =>
        {
            source.Cancel();
            return zeros(noisy.shape[0], 2);
        }));
        LiveTensors.ShouldNotChangeAnywhere(() =>
        {
            Action act = () => smoothed.Certify(new(image, 0), source.Token);
            act.Should().Throw<OperationCanceledException>();
        });
    }

    [Theory]
    [InlineData("nan")]
    [InlineData("throw")]
    [InlineData("shape")]
    [InlineData("image")]
    public void Calls_that_fail_leave_nothing(string how)
    {
        using Tensor image = Images.Random(1, 1, 3, 3), bad = Images.Random(1, 1, 3, 3).sub_(1);
        int calls = 0;
        SmoothedClassifier smoothed = Smoothed(new FakeClassifier(2, (noisy, noise) =>
        {
            using Tensor inner = noise.Draw(1);
            Tensor scores = zeros(noisy.shape[0], 2);
            return (++calls, how) switch
            {
                ( > 2, "nan") => scores.fill_(float.NaN),
                ( > 2, "throw") => throw new NotSupportedException(),
                ( > 2, "shape") => scores.unsqueeze(1),
                _ => scores,
            };
        }));
        LiveTensors.ShouldNotChangeAnywhere(() =>
        {
            Action act = () => smoothed.CertifyMany(Enumerable.Range(0, 100)
                .Select(i => new SmoothingImage(how == "image" && i == 9 ? bad : image, i))).Count();
            act.Should().Throw<Exception>();
        });
        image.IsInvalid.Should().BeFalse();
    }

    [Fact]
    public void Scores_that_left_every_scope_are_disposed_too()
    {
        using Tensor image = Images.Random(1, 1, 3, 3);
        SmoothedClassifier smoothed = Smoothed(new FakeClassifier(2, noisy => zeros(noisy.shape[0], 2).DetachFromDisposeScope()));
        LiveTensors.ShouldNotChangeAnywhere(() => smoothed.Certify(image));
    }

    private static SmoothedClassifier Smoothed(IBaseClassifier classifier) => new([classifier], .25, Small, new SmoothingOptions
    {
        Batch = 8,
        Seed = 1,
    });

    /// <summary>Draws inner noise too.</summary>
    private static FakeClassifier Stochastic() => new(2, (noisy, noise) =>
    {
        using DisposeScope scope = NewDisposeScope();
        return (noisy + noise.Draw(1) + noise.Draw(2)).flatten(1).narrow(1, 0, 2).clone().MoveToOuterDisposeScope();
    });

    private static IEnumerable<SmoothingImage> Endless(Tensor image) =>
        Enumerable.Range(0, int.MaxValue).Select(i => new SmoothingImage(image, i));
}

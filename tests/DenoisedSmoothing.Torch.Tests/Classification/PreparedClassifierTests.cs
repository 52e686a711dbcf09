using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Preprocessing;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Classification;

/// <summary>Against PIL's steps on bytes (<see cref="ImagePreprocess"/>, held to PIL elsewhere), which round to 1/255.</summary>
public class PreparedClassifierTests
{
    private const double Rounding = 1.6 / 255; // bytes after each of two passes, and of the image itself

    [Theory]
    [InlineData(Resampling.Bilinear)]
    [InlineData(Resampling.Bicubic)]
    public void Classify_resizes_the_shorter_side_and_cuts_as_PIL_does(Resampling resampling)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor image = Bytes(1, 3, 24, 31);
        ClassifierPreprocess steps = new() { ShorterSide = 17, Crop = (14, 15), Resampling = resampling };
        Tensor expected = new ImagePreprocess().Resize(17, resampling).CenterCrop(14, 15).Apply(image);
        (Seen(steps, image).clamp(0, 1) - expected).abs().max().item<float>().Should().BeLessThan((float)Rounding);
        Tensor up = new ImagePreprocess().ResizeTo(40, 36, resampling).Apply(image);
        (Seen(new() { Resize = (40, 36), Resampling = resampling }, image).clamp(0, 1) - up).abs().max().item<float>()
            .Should().BeLessThan((float)Rounding);
    }

    [Fact]
    public void Classify_makes_grey_as_PIL_does()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor image = Bytes(2, 3, 9, 7), grey = Seen(new() { Grey = true }, image);
        grey.shape.Should().Equal(1, 9, 7);
        (grey - new ImagePreprocess().Grey().Apply(image)).abs().max().item<float>().Should().BeLessThan(0.6f / 255);
    }

    [Fact]
    public void Classify_of_wrong_images_is_an_error_and_nothing_leaks()
    {
        PreparedClassifier prepared = new(new Recorder(1, _ => { }), new() { Grey = true, ShorterSide = 8, Crop = (8, 8) });
        using Tensor image = Images.Random(3, 2, 3, 12, 12), grey = Images.Random(4, 2, 1, 12, 12);
        LiveTensors.ShouldNotChange(() => prepared.Classify(image).Dispose());
        FluentActions.Invoking(() => prepared.Classify(grey)).Should().Throw<ArgumentException>().WithMessage("*3 channels*1*");
        PreparedClassifier cut = new(new Recorder(3, _ => { }), new() { Crop = (13, 13) });
        FluentActions.Invoking(() => cut.Classify(image)).Should().Throw<ArgumentException>().WithMessage("*12x12*13x13*Resize*");
        foreach (ClassifierPreprocess bad in new ClassifierPreprocess[]
            {
                new() { Resize = (0, 1) }, new() { ShorterSide = 0 }, new() { Crop = (1, 0) }, new() { Resize = (4, 4), ShorterSide = 4 },
                new() { Resampling = (Resampling)9 },
            })
            FluentActions.Invoking(() => new PreparedClassifier(new Recorder(3, _ => { }), bad)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Info_names_the_steps_and_takes_what_they_take()
    {
        PartInfo info = PartInfo.Of(new PreparedClassifier(new Recorder(1, _ => { }, new InputShape(1, 8, 8)),
            new() { Grey = true, ShorterSide = 10, Crop = (8, 8) }));
        info.Fingerprint.Should().Contain("grey;shorter=10 Bicubic;crop=8x8");
        info.InputShape.Should().Be(new InputShape(3));
        PartInfo.Of(new PreparedClassifier(new Recorder(1, _ => { }, new InputShape(1, 8, 8)), new() { Grey = true })).InputShape
            .Should().Be(new InputShape(3, 8, 8));
    }

    // In the middle of the range: PIL clips what bicubic overshoots after each pass.
    private static Tensor Bytes(uint tag, params long[] shape) => Images.Random(tag, shape).mul(102).add(76).round().div(255);

    private static Tensor Seen(ClassifierPreprocess steps, Tensor image)
    {
        Tensor? seen = null;
        using Tensor answer = new PreparedClassifier(
            new Recorder(0, images => seen = images[0].clone().DetachFromDisposeScope()), steps).Classify(image.unsqueeze(0));
        return seen!.MoveToOtherDisposeScope(image);
    }

    private sealed record Recorder(int Channels, Action<Tensor> See, InputShape? Input = null) : IClassifier, IDescribed
    {
        public int ClassCount => 2;

        public PartInfo Info => new("recorder") { InputShape = Input };

        public Tensor Classify(Tensor images)
        {
            See(images);
            return zeros(images.shape[0], 2);
        }
    }
}

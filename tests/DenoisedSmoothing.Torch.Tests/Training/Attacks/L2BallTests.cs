using System.Numerics;
using DenoisedSmoothing.Training.Attacks;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training.Attacks;

public class L2BallTests
{
    [Fact]
    public void Project_clamps_to_the_box_and_shortens_to_the_radius()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = tensor(new float[] { 0, 1, .5f, .5f }, [1, 1, 2, 2]), far = tensor(new float[] { -3, 3, .3f, -.4f }, [1, 1, 2, 2]);
        Tensor projected = L2Ball.Project(images, far, .25);
        Testing.Images.ValuesOf(projected).Zip(new[] { 0, 0, .15f, -.2f }).Should()
            .OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-6);
        Testing.Images.ValuesOf(L2Ball.Project(images, far, 10)).Zip(new[] { 0, 0, .3f, -.4f }).Should()
            .OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-6);
    }

    [Fact]
    public void Norm_and_Shrink_are_by_image()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = tensor(new double[] { 3, 4, 0, 0, .3, .4 }, [3, 1, 1, 2]);
        L2Ball.Norm(images).shape.Should().Equal(3, 1, 1, 1);
        L2Ball.Norm(images).flatten().data<double>().ToArray().Zip(new[] { 5, 0, .5 }).Should()
            .OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-12);
        L2Ball.Shrink(images, 1).flatten().data<double>().ToArray().Zip(new[] { .6, .8, 0, 0, .3, .4 }).Should()
            .OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-7);
    }

    [Fact]
    public void MoveInside_ends_within_the_radius_exactly()
    {
        Random random = new(5);
        for (int i = 0; i < 2000; i++)
        {
            float[] image = [.. Enumerable.Range(0, 50).Select(_ => random.NextSingle())];
            float[] moved = [.. image.Select(x => x + (float)(random.NextDouble() - .5))];
            double radius = Math.ScaleB(1 + random.NextDouble(), -random.Next(12));

            double distance = L2Ball.MoveInside(image, moved, radius);

            distance.Should().BeLessThanOrEqualTo(radius);
            // Exactly: all values are whole multiples of 2^-100.
            BigInteger squares = image.Zip(moved).Aggregate(
                BigInteger.Zero, (sum, pair) => sum + BigInteger.Pow(Whole(pair.First) - Whole(pair.Second), 2));
            squares.Should().BeLessThanOrEqualTo(BigInteger.Pow(Whole(radius), 2));
            moved.Should().OnlyContain(x => x >= 0 && x <= 1);
        }
    }

    [Fact]
    public void MoveInside_leaves_what_is_inside_as_it_is_and_replaces_NaN()
    {
        float[] image = [.5f, .5f], moved = [.6f, .4f], broken = [float.NaN, .5f];
        L2Ball.MoveInside(image, moved, 1).Should().BeApproximately(.1 * Math.Sqrt(2), 1e-7);
        moved.Should().Equal(.6f, .4f);
        L2Ball.MoveInside(image, broken, 1).Should().Be(0);
        broken.Should().Equal(.5f, .5f);
    }

    private static BigInteger Whole(double value) => new(Math.ScaleB(value, 100));
}

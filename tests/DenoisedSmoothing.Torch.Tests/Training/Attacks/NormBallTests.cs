using System.Numerics;
using DenoisedSmoothing.Training.Attacks;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training.Attacks;

public class NormBallTests
{
    private static readonly NormBall s_l2 = NormBall.Of(Norm.L2), s_l1 = NormBall.Of(Norm.L1);

    public static TheoryData<Norm> Norms => [Norm.L2, Norm.L1];

    [Fact]
    public void Project_clamps_to_the_box_and_shortens_to_the_radius()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = tensor(new float[] { 0, 1, .5f, .5f }, [1, 1, 2, 2]), far = tensor(new float[] { -3, 3, .3f, -.4f }, [1, 1, 2, 2]);
        Tensor projected = s_l2.Project(images, far, .25);
        Testing.Images.ValuesOf(projected).Zip(new[] { 0, 0, .15f, -.2f }).Should()
            .OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-6);
        Testing.Images.ValuesOf(s_l2.Project(images, far, 10)).Zip(new[] { 0, 0, .3f, -.4f }).Should()
            .OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-6);
    }

    [Fact]
    public void Length_and_Shrink_are_by_image()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = tensor(new double[] { 3, 4, 0, 0, .3, .4 }, [3, 1, 1, 2]);
        s_l2.Length(images).shape.Should().Equal(3, 1, 1, 1);
        s_l2.Length(images).flatten().data<double>().ToArray().Zip(new[] { 5, 0, .5 }).Should()
            .OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-12);
        s_l2.Shrink(images, 1).flatten().data<double>().ToArray().Zip(new[] { .6, .8, 0, 0, .3, .4 }).Should()
            .OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-7);
    }

    [Fact]
    public void Project_in_l1_is_the_nearest_point_of_the_ball()
    {
        using DisposeScope scope = NewDisposeScope();
        // By hand: .2 comes off each value, more than the third has.
        Tensor images = full([1, 1, 2, 2], .5f, ScalarType.Float64), far = tensor(new double[] { .5, -.3, .1, 0 }, [1, 1, 2, 2]);
        Values(s_l1.Project(images, far, .4)).Zip(new[] { .3, -.1, 0, 0 }).Should()
            .OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-9);
        Values(s_l1.Project(images, far, 1)).Zip(new[] { .5, -.3, .1, 0 }).Should()
            .OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-9);
        // Clamped to a half first, each of three, and those shortened alike.
        Values(s_l1.Project(images, far * 10, .4)).Zip(new[] { .4 / 3, -.4 / 3, .4 / 3, 0 }).Should()
            .OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-9);
    }

    [Fact]
    public void Shrink_in_l1_is_nearer_than_any_other_point_of_the_ball()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(3);
        Tensor far = randn([200, 1, 3, 3], ScalarType.Float64, generator: generator), near = s_l1.Shrink(far, 1);
        s_l1.Length(near).sub(1).abs().max().item<double>().Should().BeLessThan(1e-12);
        Tensor nearest = s_l2.Length(far - near);
        for (int i = 0; i < 50; i++)
        {
            Tensor other = near + .05 * randn(far.shape, ScalarType.Float64, generator: generator);
            other = other / s_l1.Length(other).clamp_min(1);
            s_l2.Length(far - other).ge(nearest - 1e-12).all().item<bool>().Should().BeTrue();
        }
    }

    [Fact]
    public void Steepest_in_l1_spends_its_length_on_the_steepest_values_that_can_move()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor slope = zeros(1, 1, 10, 10), points = full([1, 1, 10, 10], .5f);
        for (int i = 0; i < 8; i++)
            slope[0, 0, i, 0] = i % 2 == 0 ? i + 1 : -i - 1; // 1, -2, 3, -4, ... -8
        points[0, 0, 7, 0] = 0; // the steepest falls, and is at its end
        Tensor step = s_l1.Steepest(slope, points);
        s_l1.Length(step).item<float>().Should().BeApproximately(1, 1e-6f);
        Testing.Images.ValuesOf(step[0, 0, .., 0]).Zip(new[] { 0, 0, .2f, -.2f, .2f, -.2f, .2f, 0, 0, 0 }).Should()
            .OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-6);
        s_l1.Steepest(zeros_like(slope), points).count_nonzero().item<long>().Should().Be(0);
        s_l2.Steepest(zeros_like(slope), points).count_nonzero().item<long>().Should().Be(0);
    }

    [Fact]
    public void Of_l_infinity_is_refused() =>
        FluentActions.Invoking(() => NormBall.Of(Norm.LInfinity)).Should().Throw<ArgumentOutOfRangeException>();

    [Theory]
    [MemberData(nameof(Norms))]
    public void MoveInside_ends_within_the_radius_exactly(Norm norm)
    {
        Random random = new(5);
        for (int i = 0; i < 2000; i++)
        {
            float[] image = [.. Enumerable.Range(0, 50).Select(_ => random.NextSingle())];
            float[] moved = [.. image.Select(x => x + (float)(random.NextDouble() - .5))];
            double radius = Math.ScaleB(1 + random.NextDouble(), -random.Next(12));

            double distance = NormBall.Of(norm).MoveInside(image, moved, radius);

            distance.Should().BeLessThanOrEqualTo(radius);
            // Exactly: all values are whole multiples of 2^-100.
            int power = norm == Norm.L2 ? 2 : 1;
            BigInteger sum = image.Zip(moved).Aggregate(
                BigInteger.Zero, (sum, pair) => sum + BigInteger.Pow(BigInteger.Abs(Whole(pair.First) - Whole(pair.Second)), power));
            sum.Should().BeLessThanOrEqualTo(BigInteger.Pow(Whole(radius), power));
            moved.Should().OnlyContain(x => x >= 0 && x <= 1);
        }
    }

    [Theory]
    [MemberData(nameof(Norms))]
    public void MoveInside_counts_the_rounding_of_its_own_sum(Norm norm)
    {
        Random random = new(6);
        int above = 0, power = norm == Norm.L2 ? 2 : 1;
        for (int i = 0; i < 2000; i++)
        {
            // Values of all magnitudes, whose sums are not exact.
            float[] image = [.. Enumerable.Range(0, 200).Select(_ => MathF.Pow(random.NextSingle(), 8))];
            float[] moved = [.. image.Select(_ => MathF.Pow(random.NextSingle(), 8))];
            // The distance as a plain loop finds it: often the true one is above.
            double sum = image.Zip(moved).Sum(pair => Math.Pow(Math.Abs((double)pair.First - pair.Second), power));
            double radius = norm == Norm.L2 ? Math.Sqrt(sum) : sum;
            above += Exact() > BigInteger.Pow(Whole(radius), power) ? 1 : 0;

            NormBall.Of(norm).MoveInside(image, moved, radius);

            Exact().Should().BeLessThanOrEqualTo(BigInteger.Pow(Whole(radius), power));

            BigInteger Exact() => image.Zip(moved).Aggregate(BigInteger.Zero, (sum, pair) =>
                sum + BigInteger.Pow(BigInteger.Abs(Whole(pair.First) - Whole(pair.Second)), power));
        }

        above.Should().BeGreaterThan(500, "otherwise nothing was tried");
    }

    [Fact]
    public void MoveInside_leaves_what_is_inside_as_it_is_and_replaces_NaN()
    {
        float[] image = [.5f, .5f], moved = [.6f, .4f], broken = [float.NaN, .5f];
        s_l2.MoveInside(image, moved, 1).Should().BeApproximately(.1 * Math.Sqrt(2), 1e-7);
        moved.Should().Equal(.6f, .4f);
        s_l2.MoveInside(image, broken, 1).Should().Be(0);
        broken.Should().Equal(.5f, .5f);
    }

    private static double[] Values(Tensor tensor) => tensor.flatten().data<double>().ToArray();

    private static BigInteger Whole(double value) => new(Math.ScaleB(value, 100));
}

using DenoisedSmoothing.Kernels;
using DenoisedSmoothing.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Kernels;

/// <summary>Products of split factors against float64, by the emulator: no GPU is needed.</summary>
[Collection(nameof(LibTorch.AllowTf32))]
public sealed class SplitProductTests : Float32Tests
{
    // Eight terms, one row, a piece less eight, a whole one, one with eight more, three pieces of which the last is not whole.
    public static TheoryData<int, int, int, bool, bool> Shapes { get; } = Cases(
        (1, 8, 4, true), (3, 8, 4, false), (5, 24, 12, true), (7, 1016, 8, true), (7, 1024, 8, false), (7, 1032, 8, true),
        (4, 2600, 20, true), (64, 768, 32, true), (32, 3072, 32, true));

    private static TheoryData<int, int, int, bool, bool> Cases(params (int Count, int Terms, int Results, bool Biased)[] shapes)
    {
        TheoryData<int, int, int, bool, bool> cases = [];
        foreach ((int count, int terms, int results, bool biased) in shapes)
        {
            cases.Add(count, terms, results, biased, false);
            cases.Add(count, terms, results, biased, true);
        }

        return cases;
    }

    [SkippableTheory]
    [MemberData(nameof(Shapes))]
    public void Run_is_the_product_of_float64(int count, int terms, int results, bool biased, bool aligned)
    {
        CpuTensorCores cores = new(aligned);
        Tensor rows = Random(count, terms), weight = Random(results, terms);
        Tensor? bias = biased ? Random(results) * 30 : null;

        Tensor y = new SplitProduct(CpuDriver.OrSkip(), cores).Run(rows, weight, bias);

        y.shape.Should().Equal(count, results);
        y.is_contiguous().Should().BeTrue();
        Error(y, rows, weight, bias).Should().BeLessThan(terms < 100 ? 5e-7 : 8e-6);
        cores.Asked.Should().HaveCount((terms + SplitProduct.Piece - 1) / SplitProduct.Piece);
        cores.Asked.Select(static product => product.Adds).Should().Equal(cores.Asked.Select(static (_, index) => index > 0));
    }

    // Sums of one sign are where cutting off instead of rounding shows most.
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_of_positive_factors_shrinks_by_less_than_the_check_allows(bool aligned)
    {
        CpuDriver driver = CpuDriver.OrSkip();
        Tensor rows = Random(16, 3072).abs(), weight = Random(32, 3072).abs();
        Error(new SplitProduct(driver, new CpuTensorCores(aligned)).Run(rows, weight, null), rows, weight, null).Should().BeLessThan(2e-5);
    }

    // Not infinite, although rounding to TF32 would make them so.
    [SkippableFact]
    public void Run_keeps_the_largest_numbers()
    {
        Tensor rows = zeros(1, 8), weight = zeros(4, 8), bias = tensor([float.MaxValue, -float.MaxValue, 0, 1e38f]);
        (rows[0, 0], weight[0, 1]) = (float.MaxValue, 0f);
        weight[3, 0] = -.5f;
        Tensor y = new SplitProduct(CpuDriver.OrSkip(), new CpuTensorCores()).Run(rows, weight, bias);
        float[] values = y.data<float>().ToArray();
        values[0].Should().BeApproximately(float.MaxValue, 1e32f);
        values[1].Should().BeApproximately(-float.MaxValue, 1e32f);
        values[2].Should().Be(0);
        values[3].Should().BeApproximately(1e38f - float.MaxValue / 2, 1e32f);
    }

    // A product in TF32 alone, for comparison: what this must not come near.
    [SkippableFact]
    public void Run_is_far_more_exact_than_TF32()
    {
        CpuDriver driver = CpuDriver.OrSkip();
        Tensor rows = Random(16, 768), weight = Random(32, 768), y = empty(16, 32);
        new CpuTensorCores().Multiply(new TensorProduct(
            KernelCalls.Pointer(rows), 768, KernelCalls.Pointer(weight), 768, KernelCalls.Pointer(y), 16, 32, 768, Adds: false));
        double alone = Error(y, rows, weight, null);
        double split = Error(new SplitProduct(driver, new CpuTensorCores()).Run(rows, weight, null), rows, weight, null);

        alone.Should().BeGreaterThan(2e-4);
        split.Should().BeLessThan(alone / 80);
    }

    // A number times one: 22 bits are left of 24, whether it is large or small.
    [SkippableFact]
    public void Run_keeps_the_bits_that_two_numbers_of_TF32_have()
    {
        float[] values = [1.5f, -(1 + 1f / 2048 + 1f / 2097152), 3e30f, 1e-30f, 0, -7, 1e-3f, 16777213f / 4];
        Tensor rows = zeros(8, 8), weight = ones(4, 8);
        for (int i = 0; i < 8; i++)
            rows[i, i] = values[i];

        Tensor y = new SplitProduct(CpuDriver.OrSkip(), new CpuTensorCores()).Run(rows, weight, null);

        for (int i = 0; i < 8; i++)
        {
            double relative = Math.Abs(y[i, 3].item<float>() - values[i]) / Math.Max(Math.Abs(values[i]), 1e-38);
            relative.Should().BeLessThanOrEqualTo(i is 0 or 4 or 5 ? 0 : 2.4e-7, "of {0}", values[i]);
        }
    }

    [SkippableTheory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Run_does_not_hide_what_is_no_number(float value)
    {
        SplitProduct product = new(CpuDriver.OrSkip(), new CpuTensorCores());
        Tensor rows = ones(2, 16), weight = ones(4, 16), bias = zeros(4);
        rows[1, 3] = value;
        Tensor y = product.Run(rows, weight, bias);
        y[0].Should().Match(row => ((Tensor)row).eq(16).all().item<bool>());
        y[1].isfinite().any().item<bool>().Should().BeFalse();

        bias[2] = value;
        product.Run(ones(2, 16), weight, bias).isfinite().sum(1).eq(3).all().item<bool>().Should().BeTrue();
    }

    [SkippableFact]
    public void Run_takes_parts_of_wider_rows()
    {
        Tensor wide = Random(9, 48), weights = Random(12, 32);
        Tensor rows = wide.narrow(1, 8, 16), weight = weights.narrow(1, 16, 16);
        Tensor y = new SplitProduct(CpuDriver.OrSkip(), new CpuTensorCores()).Run(rows, weight, null);
        Error(y, rows, weight, null).Should().BeLessThan(1e-6);
    }

    [SkippableTheory]
    [InlineData(10, 3)]
    [InlineData(11, 3)]
    [InlineData(13, 5)]
    [InlineData(1, 1)]
    public void Run_in_slices_gives_the_same_bits(int count, int perSlice)
    {
        CpuDriver driver = CpuDriver.OrSkip();
        Tensor rows = Random(count, 1048), weight = Random(8, 1048), bias = Random(8);
        Tensor whole = new SplitProduct(driver, new CpuTensorCores()).Run(rows, weight, bias);

        CpuTensorCores cores = new();
        Tensor y = new SplitProduct(driver, cores, mostBytes: perSlice * 3168 * sizeof(float)).Run(rows, weight, bias);

        y.eq(whole).all().item<bool>().Should().BeTrue();
        y.shape.Should().Equal(count, 8);
        cores.Asked.Select(static product => product.Rows).Distinct().Should().ContainSingle("all are of one size")
            .Which.Should().BeLessThanOrEqualTo(perSlice);
    }

    [Fact]
    public void Takes_rows_and_weights_of_float32_that_are_large_enough()
    {
        SplitProduct products = new(new RecordingDriver(), new CpuTensorCores());
        bool Takes(Tensor rows, Tensor weight, Tensor? bias = null) => products.Takes(rows, weight, bias);

        Takes(zeros(12608, 768), zeros(768, 768), zeros(768)).Should().BeTrue();
        Takes(zeros(640, 64), zeros(640, 64)).Should().BeTrue();
        Takes(zeros(639, 64), zeros(640, 64)).Should().BeFalse("splitting moves more than is saved");
        Takes(zeros(100_000, 64), zeros(256, 64)).Should().BeFalse("splitting moves more than is saved");
        Takes(zeros(1000, 60), zeros(1000, 60)).Should().BeFalse("terms come by eight");
        Takes(zeros(1000, 64), zeros(1002, 64)).Should().BeFalse("results come by four");
        Takes(zeros(1000, 64).to_type(ScalarType.BFloat16), zeros(1000, 64).to_type(ScalarType.BFloat16)).Should().BeFalse();
        Takes(zeros(1000, 64), zeros(1000, 64), zeros(1000, ScalarType.Float64)).Should().BeFalse();
        Takes(zeros(1000, 64), zeros(1000, 64), zeros(996)).Should().BeFalse("libtorch refuses it");
        Takes(zeros(1000, 64), zeros(1000, 64, device: META)).Should().BeFalse("libtorch refuses it");
        Takes(zeros(1000, 64), zeros(1000, 64), zeros(1000, device: META)).Should().BeFalse("libtorch refuses it");
        Takes(zeros(10, 100, 64), zeros(1000, 64)).Should().BeFalse("these are no rows");
        Takes(zeros(64, 1000).t(), zeros(1000, 64)).Should().BeFalse("a row's values lie apart");
        Takes(zeros(1000, 66).narrow(1, 2, 64), zeros(1000, 64)).Should().BeFalse("a row begins between two accesses");
        Takes(zeros(1000, 72).narrow(1, 8, 64), zeros(1000, 64)).Should().BeTrue();
        try
        {
            LibTorch.AllowTf32 = true;
            Takes(zeros(1000, 64), zeros(1000, 64)).Should().BeFalse("TF32 itself is faster");
        }
        finally
        {
            LibTorch.AllowTf32 = false;
        }
    }

    private static double Error(Tensor y, Tensor rows, Tensor weight, Tensor? bias)
    {
        Tensor exact = nn.functional.linear(
            rows.to_type(ScalarType.Float64), weight.to_type(ScalarType.Float64), bias?.to_type(ScalarType.Float64));
        return ((y.to_type(ScalarType.Float64) - exact).norm() / exact.norm()).item<double>();
    }
}

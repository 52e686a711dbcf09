using DenoisedSmoothing.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Kernels;

/// <summary>The kernels' arithmetic against float64, by the emulator: no GPU is needed.</summary>
public sealed class KernelCallsTests : IDisposable
{
    // libtorch's own generator is the process's, and tests beside these draw from it.
    private readonly Generator _random = new(20261127, CPU);
    private readonly IDisposable _inference = inference_mode();
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly List<nn.Module> _modules = [];

    public void Dispose()
    {
        foreach (nn.Module module in _modules)
            module.Dispose();
        _scope.Dispose();
        _inference.Dispose();
        _random.Dispose();
    }

    // type, N, channels, behind, height, width, groups: narrow and wide groups, odd sizes, one pixel, more columns than threads
    public static TheoryData<ScalarType, int, int, int, int, int, int> Images { get; } = Cases();

    private static TheoryData<ScalarType, int, int, int, int, int, int> Cases()
    {
        TheoryData<ScalarType, int, int, int, int, int, int> cases = [];
        foreach (ScalarType type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16, ScalarType.Float16])
        {
            cases.Add(type, 2, 8, 0, 3, 5, 1);
            cases.Add(type, 1, 8, 0, 1, 1, 8);
            cases.Add(type, 3, 24, 8, 7, 1, 4);
            cases.Add(type, 2, 64, 0, 14, 14, 32);
            cases.Add(type, 1, 40, 24, 9, 11, 32);
            cases.Add(type, 1, 128, 0, 32, 32, 32);
            cases.Add(type, 2, 256, 128, 8, 8, 32);
            cases.Add(type, 1, 968, 56, 3, 3, 1);
            cases.Add(type, 1, 2048, 0, 2, 3, 32);
            cases.Add(type, 2, 2056, 1016, 3, 2, 64);
            cases.Add(type, 1, 2400, 0, 1, 3, 300);
        }

        return cases;
    }

    [SkippableTheory]
    [MemberData(nameof(Images))]
    public void GroupNorm_is_the_norm_of_both_sides_with_what_is_missing_and_the_time(
        ScalarType type, int n, int channels, int behind, int height, int width, int groups)
    {
        CpuDriver driver = CpuDriver.OrSkip();
        KernelCalls calls = new(driver);
        Tensor left = Image(type, n, channels, height, width, mean: 3), bias = Random(type, channels);
        Tensor? right = behind == 0 ? null : Image(type, n, behind, height, width, mean: -1);
        Tensor time = Random(type, n, 2 * (channels + behind));
        TorchSharp.Modules.GroupNorm norm = Norm(type, groups, channels + behind);

        Tensor? rightMoments = right is null ? null : calls.AddMoments(right, null, null, keep: true);
        Tensor normed = calls.GroupNorm(left, calls.AddMoments(left, null, null, keep: true), bias, right, rightMoments, norm, time,
            silu: true);

        Tensor[] scaleShift = Double(time).reshape(n, -1, 1, 1).chunk(2, 1);
        Tensor expected = nn.functional.silu(Reference(left, bias, right, norm) * (1 + scaleShift[0]) + scaleShift[1]);
        Close(normed, expected, type, Alone(height * width, channels + behind, groups));
        driver.Launched.Should().HaveCount(right is null ? 2 : 3).And.OnlyContain(name => name.EndsWith(Name(type)));
    }

    [SkippableTheory]
    [MemberData(nameof(Images))]
    public void GroupNorm_with_one_time_for_all_rows_and_without_any(
        ScalarType type, int n, int channels, int behind, int height, int width, int groups)
    {
        KernelCalls calls = new(CpuDriver.OrSkip());
        Tensor left = Image(type, n, channels + behind, height, width, mean: 0), time = Random(type, 1, 2 * (channels + behind));
        TorchSharp.Modules.GroupNorm norm = Norm(type, groups, channels + behind);
        Tensor moments = calls.AddMoments(left, null, null, keep: true);

        Tensor plain = calls.GroupNorm(left, moments, null, null, null, norm, null, silu: false);
        Tensor timed = calls.GroupNorm(left, moments, null, null, null, norm, time, silu: false);

        Tensor expected = Reference(left, null, null, norm);
        Tensor[] scaleShift = Double(time).reshape(1, -1, 1, 1).chunk(2, 1);
        double floor = Alone(height * width, channels + behind, groups);
        Close(plain, expected, type, floor);
        Close(timed, expected * (1 + scaleShift[0]) + scaleShift[1], type, floor);
    }

    [SkippableTheory]
    [MemberData(nameof(Images))]
    public void AddMoments_adds_in_place_and_takes_the_moments_of_what_is_stored(
        ScalarType type, int n, int channels, int behind, int height, int width, int groups)
    {
        _ = (behind, groups);
        KernelCalls calls = new(CpuDriver.OrSkip());
        // A mean of a hundred spreads: sums of squares would lose the spread.
        Tensor x = Image(type, n, channels, height, width, mean: type == ScalarType.Float32 ? 100 : 3);
        Tensor residual = Image(type, n, channels, height, width, mean: 0), bias = Random(type, n, channels);
        Tensor expected = Double(x) + Double(bias).reshape(n, -1, 1, 1) + Double(residual);

        Tensor moments = calls.AddMoments(x, bias, residual, keep: false);

        Close(x, expected, type);
        Tensor stored = Double(x).flatten(2);
        long parts = moments.size(1), pixels = height * width;
        for (long part = 0; part < parts; part++)
        {
            long from = pixels * part / parts, to = pixels * (part + 1) / parts;
            Tensor values = stored.narrow(2, from, to - from), own = values.mean([2]);
            Close(moments.select(1, part).select(1, 0), own, ScalarType.Float32);
            Close(moments.select(1, part).select(1, 1), (values - own.unsqueeze(2)).square().sum(2), ScalarType.Float32, floor: 1e-6);
        }

    }

    [SkippableFact]
    public void AddMoments_cuts_an_image_in_parts_where_the_device_has_room()
    {
        KernelCalls calls = new(CpuDriver.OrSkip());
        Tensor few = Image(ScalarType.Float32, 1, 64, 32, 32, 0), many = Image(ScalarType.Float32, 64, 64, 8, 8, 0);

        calls.AddMoments(few, null, null, keep: true).size(1).Should().Be(8);
        calls.AddMoments(many, null, null, keep: true).size(1).Should().Be(1);
    }

    [SkippableTheory]
    [InlineData(8)]
    [InlineData(192)]
    [InlineData(264)]
    [InlineData(384)]
    [InlineData(768)]
    [InlineData(1024)]
    [InlineData(1032)]
    [InlineData(3072)]
    public void AddLayerNorm_adds_the_branch_and_norms_the_sum(int width)
    {
        CpuDriver driver = CpuDriver.OrSkip();
        KernelCalls calls = new(driver);
        foreach (ScalarType type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16, ScalarType.Float16])
        {
            foreach (int rows in (int[])[1, 4, 9])
            {
                Tensor x = Random(type, rows, width) + 2, branch = Random(type, rows, width), gamma = Random(type, width);
                TorchSharp.Modules.LayerNorm norm = Kept(nn.LayerNorm([width], 1e-6, dtype: type));
                norm.weight!.copy_(Random(type, width));
                norm.bias!.copy_(Random(type, width));
                Tensor before = x.clone(), scaled = branch.clone(), plain = branch.clone();

                Tensor normed = calls.AddLayerNorm(x, scaled, gamma, norm), unscaled = calls.AddLayerNorm(x, plain, null, norm);
                Tensor alone = calls.AddLayerNorm(x, null, null, norm);

                Close(scaled, Double(x) + Double(gamma) * Double(branch), type);
                Close(plain, Double(x) + Double(branch), type);
                Close(normed, Layer(scaled, norm), type);
                Close(unscaled, Layer(plain, norm), type);
                Close(alone, Layer(x, norm), type);
                x.allclose(before, rtol: 0, atol: 0).Should().BeTrue("x is only read");
            }
        }

        string kernel = width > 1024 ? "add_layer_norm_wide_" : $"add_layer_norm_{(width + 255) / 256}_";
        driver.Launched.Should().OnlyContain(name => name.StartsWith(kernel, StringComparison.Ordinal));
    }

    [SkippableTheory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    public void Sums_are_rounded_as_libtorch_rounds_also_at_the_edges_of_the_type(ScalarType type)
    {
        KernelCalls calls = new(CpuDriver.OrSkip());
        float[] edges =
        [
            0, -0f, 1, -1, 1.00390625f, 1.01171875f, 65504, -65504, 65519, 6.1e-5f, 5.96e-8f, 3e-8f, 1e-7f, float.PositiveInfinity,
            float.NegativeInfinity, float.NaN,
        ];
        Tensor x = tensor(edges).to_type(type).reshape(1, 2, 8), sum = tensor(edges.Reverse().ToArray()).to_type(type).reshape(1, 2, 8);
        Tensor image = x.reshape(1, 1, 2, 8).permute(0, 3, 1, 2), other = sum.reshape(1, 1, 2, 8).permute(0, 3, 1, 2);
        Tensor expected = (x.to_type(ScalarType.Float32) + sum.to_type(ScalarType.Float32)).to_type(type).reshape(1, 1, 2, 8);

        calls.AddMoments(image, null, other, keep: false);

        Tensor got = image.permute(0, 2, 3, 1).to_type(ScalarType.Float32);
        got.allclose(expected.to_type(ScalarType.Float32), rtol: 0, atol: 0, equal_nan: true).Should().BeTrue();
    }

    [SkippableFact]
    public void The_check_at_first_use_passes_on_the_same_source() =>
        KernelCheck.Run(new KernelCalls(CpuDriver.OrSkip()), CPU).Should().BeEmpty();

    [Fact]
    public void The_check_at_first_use_names_every_kernel_that_computes_something_else() =>
        KernelCheck.Run(new KernelCalls(new RecordingDriver()), CPU).Should().Contain(line => line.StartsWith("group_norm in BFloat16"))
            .And.Contain(line => line.StartsWith("add_layer_norm of 768, norm in Float16"))
            .And.Contain(line => line.StartsWith("add_moments in Float32")).And.Contain(line => line.StartsWith("winograd in Float32"));

    [Fact]
    public void Memory_that_does_not_lie_as_the_kernels_read_it_is_refused()
    {
        RecordingDriver driver = new();
        KernelCalls calls = new(driver);
        Tensor image = Image(ScalarType.Float32, 2, 16, 4, 4, 0), plain = zeros(2, 16, 4, 4);
        Tensor moments = calls.AddMoments(image, null, null, true);
        TorchSharp.Modules.GroupNorm half = Kept(nn.GroupNorm(4, 16, dtype: ScalarType.BFloat16));
        TorchSharp.Modules.GroupNorm norm = Kept(nn.GroupNorm(4, 16));
        TorchSharp.Modules.LayerNorm layer = Kept(nn.LayerNorm([16]));
        int launched = driver.Launched.Count;
        foreach (Action act in new Action[]
        {
            () => calls.AddMoments(plain, null, null, true),
            () => calls.AddMoments(image, null, plain, false),
            () => calls.AddMoments(image, zeros(16, ScalarType.BFloat16), null, false),
            () => calls.AddMoments(Image(ScalarType.Float32, 2, 12, 4, 4, 0), null, null, true),
            () => calls.GroupNorm(image, moments, null, null, null, half, null, true),
            () => calls.GroupNorm(image, moments, null, plain, moments, norm, null, true),
            () => calls.GroupNorm(image, moments, null, null, null, norm, zeros(32, 2).t(), true),
            () => calls.AddLayerNorm(zeros(16, 4).t(), null, null, layer),
            () => calls.AddLayerNorm(zeros(4, 16), zeros(4, 16, ScalarType.Float16), null, layer),
            () => calls.AddLayerNorm(zeros(4, 16), null, zeros(16, ScalarType.Float16), layer),
        })
        {
            act.Should().Throw<ArgumentException>().WithMessage("The kernels take *");
        }

        driver.Launched.Should().HaveCount(launched);
    }

    [SkippableFact]
    public void The_packed_PTX_is_that_of_the_sources()
    {
        string folder = CpuDriver.Sources;
        string copy = Directory.CreateTempSubdirectory("ptx").FullName;
        foreach (string file in Directory.EnumerateFiles(folder).Where(static file => !file.EndsWith(".gz", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        try
        {
            using System.Diagnostics.Process compiler = System.Diagnostics.Process.Start("clang-19", "--version")!;
            compiler.WaitForExit();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Skip.If(true, "clang-19, of which the PTX is made, is not installed");
        }

        using (System.Diagnostics.Process build = System.Diagnostics.Process.Start("bash", [Path.Combine(copy, "build.sh")]))
        {
            build.WaitForExit();
            build.ExitCode.Should().Be(0);
        }

        Text(copy).Should().Be(Text(folder), "build.sh has to be run after every change");

        static string Text(string folder)
        {
            using System.IO.Compression.GZipStream text =
                new(File.OpenRead(Path.Combine(folder, "kernels.ptx.gz")), System.IO.Compression.CompressionMode.Decompress);
            return new StreamReader(text).ReadToEnd();
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32, 8, true)]
    [InlineData(ScalarType.BFloat16, 3072, true)]
    [InlineData(ScalarType.Float64, 8, false)]
    [InlineData(ScalarType.Float32, 12, false)]
    public void Takes_three_types_and_channels_by_eight(ScalarType type, int channels, bool takes) =>
        KernelCalls.Takes(type, channels).Should().Be(takes);

    private T Kept<T>(T module) where T : nn.Module
    {
        _modules.Add(module);
        return module;
    }

    private Tensor Image(ScalarType type, int n, int channels, int height, int width, float mean) =>
        (randn([n, height, width, channels], generator: _random) + mean).to_type(type).permute(0, 3, 1, 2);

    private Tensor Random(ScalarType type, params long[] shape) => randn(shape, generator: _random).to_type(type);

    private TorchSharp.Modules.GroupNorm Norm(ScalarType type, int groups, int channels)
    {
        TorchSharp.Modules.GroupNorm norm = Kept(nn.GroupNorm(groups, channels, 1e-5, dtype: type));
        norm.weight!.copy_(Random(type, channels));
        norm.bias!.copy_(Random(type, channels));
        return norm;
    }

    private static Tensor Reference(Tensor left, Tensor? bias, Tensor? right, TorchSharp.Modules.GroupNorm norm)
    {
        Tensor whole = bias is null ? Double(left) : Double(left) + Double(bias).reshape(1, -1, 1, 1);
        if (right is not null)
            whole = cat([whole, Double(right)], 1);
        return nn.functional.group_norm(whole, norm.num_groups, Double(norm.weight!), Double(norm.bias!), norm.eps);
    }

    private static Tensor Layer(Tensor x, TorchSharp.Modules.LayerNorm norm) =>
        nn.functional.layer_norm(Double(x), [x.size(1)], Double(norm.weight!), Double(norm.bias!), norm.eps);

    private static Tensor Double(Tensor x) => x.to_type(ScalarType.Float64);

    // A group of one value has no spread: what is left of it is its rounding, over the root of epsilon.
    private static double Alone(int pixels, int channels, int groups) => pixels * channels == groups ? 1e-4 : 0;

    // Of each type, a few units in the last place of the largest value.
    private static void Close(Tensor ours, Tensor expected, ScalarType type, double floor = 0)
    {
        ours.shape.Should().Equal(expected.shape);
        double unit = type switch { ScalarType.Float32 => 2e-6, ScalarType.Float16 => 1e-3, _ => 8e-3 };
        double largest = expected.abs().max().item<double>(), error = (Double(ours) - expected).abs().max().item<double>();
        error.Should().BeLessThanOrEqualTo(unit * Math.Max(largest, 1) + floor, "the largest value is {0}", largest);
    }

    private static string Name(ScalarType type) => type.ToString().ToLowerInvariant();
}

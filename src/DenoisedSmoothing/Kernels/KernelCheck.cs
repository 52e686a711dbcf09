using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Kernels;

/// <summary>Compares every kernel, in every type, with libtorch's plain operations in float32 on the same values.</summary>
internal static class KernelCheck
{
    private const int Groups = 8;
    private const double Epsilon = 1e-5;

    /// <summary>Runs them all once.</summary>
    /// <returns>What differs, one line each; empty where all is well.</returns>
    public static IReadOnlyList<string> Run(KernelCalls calls, Device device)
    {
        List<string> failures = [];
        using IDisposable inference = inference_mode();
        foreach (ScalarType type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16, ScalarType.Float16])
        {
            using DisposeScope scope = NewDisposeScope();
            Images(calls, type, device, failures);
            foreach (int width in (int[])[256, 384, 768, 1024, 1280])
                Tokens(calls, type, device, width, failures);
        }

        Convolutions(calls, device, failures);
        return failures;
    }

    /// <summary>
    /// Runs float32 products: in one piece and several, in slices, with rows that are not contiguous; on a card also at the sizes that
    /// networks have, since the library for products chooses by size.
    /// </summary>
    /// <param name="products">The products to check.</param>
    /// <param name="sliced">The same with room for only part of the rows.</param>
    /// <param name="device">Where to compute.</param>
    /// <returns>What differs; empty where all is well.</returns>
    public static IReadOnlyList<string> Run(SplitProduct products, SplitProduct sliced, Device device)
    {
        List<string> failures = [];
        using IDisposable inference = inference_mode();
        Product(products, device, 203, SplitProduct.Piece + 40, 268, biased: true, failures);
        Product(sliced, device, 203, SplitProduct.Piece + 40, 12, biased: false, failures);
        if (device.type == DeviceType.CUDA)
        {
            Product(products, device, 4096, 768, 768, biased: false, failures);
            Product(products, device, 4096, 3072, 768, biased: true, failures);
        }

        return failures;
    }

    private static void Product(SplitProduct products, Device device, int count, int terms, int results, bool biased, List<string> failures)
    {
        using DisposeScope scope = NewDisposeScope();
        // Values around zero: with sums of one sign TF32 alone would come close, whereas here it is off by 3e-4.
        Tensor rows = Values([count, terms + 16], 0.7, ScalarType.Float32, device).PlusInPlace(-0.25).narrow(1, 8, terms);
        Tensor weight = Values([results, terms], 1.3, ScalarType.Float32, device).PlusInPlace(-0.25);
        Tensor? bias = biased ? Values([results], 0.9, ScalarType.Float32, device) : null;
        Tensor exact = nn.functional.linear(
            rows.to_type(ScalarType.Float64), weight.to_type(ScalarType.Float64), bias?.to_type(ScalarType.Float64));
        Compare($"product of {count}x{terms} and {terms}x{results}", ScalarType.Float32, products.Run(rows, weight, bias),
            exact.to_type(ScalarType.Float32), failures, tolerance: 2e-5);
    }

    private static void Convolutions(KernelCalls calls, Device device, List<string> failures)
    {
        const int N = 3, From = 24, To = 40, Height = 21, Width = 18; // neither is a multiple of a tile's side
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Values([N, Height, Width, From], 0.7, ScalarType.Float32, device).permute(0, 3, 1, 2);
        Tensor weight = Values([To, 3, 3, From], 1.3, ScalarType.Float32, device).permute(0, 3, 1, 2);
        // Not in float32, for which TF32 may be allowed.
        Tensor exact = nn.functional.conv2d(x.to_type(ScalarType.Float64), weight.to_type(ScalarType.Float64), null, padding: [1, 1]);
        Compare("winograd", ScalarType.Float32, calls.Winograd.Run(x, weight), exact.to_type(ScalarType.Float32), failures);
    }

    private static void Images(KernelCalls calls, ScalarType type, Device device, List<string> failures)
    {
        const int N = 3, Left = 48, Right = 16, Side = 9;
        Tensor x = Values([N, Side, Side, Left], 0.7, type, device).permute(0, 3, 1, 2);
        Tensor residual = Values([N, Side, Side, Left], 1.3, type, device).permute(0, 3, 1, 2), bias = Values([Left], 0.9, type, device);
        Tensor skip = Values([N, Side, Side, Right], 1.9, type, device).permute(0, 3, 1, 2);
        Tensor time = Values([N, 2 * (Left + Right)], 0.31, type, device);
        using TorchSharp.Modules.GroupNorm norm = nn.GroupNorm(Groups, Left + Right, Epsilon, device: device, dtype: type);
        norm.weight!.copy_(Values([Left + Right], 0.37, type, device));
        norm.bias!.copy_(Values([Left + Right], 0.53, type, device));

        Tensor missing = calls.AddMoments(x, null, null, keep: true), behind = calls.AddMoments(skip, null, null, keep: true);
        Tensor normed = calls.GroupNorm(x, missing, bias, skip, behind, norm, time, silu: true);
        Tensor whole = cat([Wide(x).Plus(Wide(bias).reshape(1, -1, 1, 1)), Wide(skip)], 1);
        Tensor plain = nn.functional.group_norm(whole, Groups, Wide(norm.weight!), Wide(norm.bias!), Epsilon);
        Tensor[] parts = Wide(time).reshape(N, -1, 1, 1).chunk(2, 1);
        Compare("group_norm", type, normed, nn.functional.silu((plain * parts[0].Plus(1)).Plus(parts[1])), failures);

        Tensor sum = x.clone();
        Tensor moments = calls.AddMoments(sum, bias, residual, keep: false);
        Tensor added = Wide(x).Plus(Wide(bias).reshape(1, -1, 1, 1)).Plus(Wide(residual));
        Compare("add_moments", type, sum, added, failures);
        // One part: the image is small.
        Tensor read = Wide(sum).flatten(2);
        Compare("add_moments, means", ScalarType.Float32, moments.select(1, 0).select(1, 0), read.mean([2]), failures);
        Tensor spread = (read - read.mean([2], keepdim: true)).Squared().sum(2);
        Compare("add_moments, spreads", ScalarType.Float32, moments.select(1, 0).select(1, 1), spread, failures);
    }

    private static void Tokens(KernelCalls calls, ScalarType type, Device device, int width, List<string> failures)
    {
        const int Rows = 37;
        Tensor x = Values([Rows, width], 0.7, type, device), branch = Values([Rows, width], 1.3, type, device);
        Tensor gamma = Values([width], 0.9, type, device);
        using TorchSharp.Modules.LayerNorm norm = nn.LayerNorm([width], Epsilon, device: device, dtype: type);
        norm.weight!.copy_(Values([width], 0.37, type, device));
        norm.bias!.copy_(Values([width], 0.53, type, device));
        Tensor sum = branch.clone(), normed = calls.AddLayerNorm(x, sum, gamma, norm);
        Compare($"add_layer_norm of {width}", type, sum, Wide(x).Plus(Wide(gamma) * Wide(branch)), failures);
        Tensor plain = nn.functional.layer_norm(Wide(sum), [width], Wide(norm.weight!), Wide(norm.bias!), Epsilon);
        Compare($"add_layer_norm of {width}, norm", type, normed, plain, failures);
        Tensor alone = calls.AddLayerNorm(x, null, null, norm);
        Compare($"layer_norm of {width}", type, alone,
            nn.functional.layer_norm(Wide(x), [width], Wide(norm.weight!), Wide(norm.bias!), Epsilon), failures);
    }

    // Not random: the device's generator belongs to the user.
    private static Tensor Values(long[] shape, double step, ScalarType type, Device device) =>
        Counting(0, shape.Aggregate(1L, static (product, extent) => product * extent), ScalarType.Float32, CPU)
            .mul_(Kept(step)).sin_().PlusInPlace(0.25)
            .reshape(shape).to(device).to_type(type);

    private static Tensor Wide(Tensor x) => x.to_type(ScalarType.Float32);

    private static void Compare(
        string kernel, ScalarType type, Tensor ours, Tensor plain, List<string> failures, double? tolerance = null)
    {
        tolerance ??= type switch { ScalarType.Float32 => 1e-5, ScalarType.Float16 => 1e-3, _ => 5e-3 };
        double error = ((Wide(ours) - plain).norm() / plain.norm()).item<float>();
        if (!(error <= tolerance))
            failures.Add(string.Create(CultureInfo.InvariantCulture, $"{kernel} in {type} by {error:G3} (at most {tolerance})"));
    }
}

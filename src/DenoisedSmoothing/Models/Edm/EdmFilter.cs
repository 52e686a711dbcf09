using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Models.Edm;

/// <summary>Halves or doubles the resolution through a filter, which is stored among the weights as resample_filter.</summary>
internal static class EdmFilter
{
    public const string Name = "resample_filter";

    private static readonly Dictionary<int, float[]> s_taps = new() { [2] = [1, 1], [4] = [1, 3, 3, 1] };

    /// <summary>Gives a layer its filter.</summary>
    public static void Register(nn.Module layer, int taps)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor row = tensor(s_taps[taps]);
        Tensor filter = (row.unsqueeze(1) * row.unsqueeze(0) / (row.sum() * row.sum())).reshape(1, 1, taps, taps);
        layer.register_buffer(Name, filter.DetachFromDisposeScope());
    }

    /// <summary>Frees layers' filters: a TorchSharp convolution frees only its weight and bias.</summary>
    public static void Dispose(params ReadOnlySpan<nn.Module> layers)
    {
        foreach (nn.Module layer in layers)
            layer.get_buffer(Name)?.Dispose();
    }

    /// <summary>Half the resolution.</summary>
    /// <param name="filter">[1,1,k,k].</param>
    /// <param name="x">[N,C,H,W].</param>
    /// <param name="padding">As in the reference: (k - 1) / 2, or 0 where the input was already padded.</param>
    public static Tensor Down(Tensor filter, Tensor x, long padding)
    {
        using DisposeScope scope = NewDisposeScope();
        long channels = x.shape[1];
        return nn.functional.conv2d(x, Spread(filter, x), null, strides: [2, 2], padding: [padding, padding], groups: channels)
            .MoveToOuterDisposeScope();
    }

    /// <summary>Twice the resolution.</summary>
    public static Tensor Up(Tensor filter, Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        long channels = x.shape[1], padding = Padding(filter);
        return nn.functional.conv_transpose2d(x, Spread(filter, x).mul(Kept(4)), null, strides: [2, 2], padding: [padding, padding],
            groups: channels).MoveToOuterDisposeScope();
    }

    public static long Padding(Tensor filter) => (filter.shape[3] - 1) / 2;

    private static Tensor Spread(Tensor filter, Tensor x) => filter.to_type(x.dtype).expand(x.shape[1], -1, -1, -1).contiguous();
}

using DenoisedSmoothing.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Models;

/// <summary>The library's own kernels, where no gradient is recorded.</summary>
internal sealed class KernelImageOperations(KernelCalls kernels) : ImageOperations
{
    private readonly Dictionary<Linear, (Tensor Values, long From, long Width)> _times = new(ReferenceEqualityComparer.Instance);

    // One product instead of one for every block: a card finishes such a small product before the host has queued the next. Rows with their
    // own times would have to be copied apart again.
    public override void Prepare(IReadOnlyList<Linear> layers, Tensor embedding)
    {
        _times.Clear();
        if (embedding.size(0) != 1 || layers.Any(layer => layer.bias is null || layer.weight!.dtype != embedding.dtype))
            return;
        Tensor joined = nn.functional.linear(
            embedding, cat([.. layers.Select(static layer => layer.weight!)]), cat([.. layers.Select(static layer => layer.bias!)]));
        long from = 0;
        foreach (Linear layer in layers)
        {
            long width = layer.bias!.size(0);
            _times.Add(layer, (joined, from, width));
            from += width;
        }
    }

    public override Tensor Time(Linear layer, Tensor embedding) =>
        _times.TryGetValue(layer, out var known) ? known.Values.narrow(1, known.From, known.Width) : layer.call(embedding);

    public override FeatureMap Convolve(Conv2d layer, Tensor input, Tensor? added = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using (input)
        {
            Tensor values = WinogradConvolution.Takes(layer, input)
                ? kernels.Winograd.Run(input, layer.weight!)
                : Ordered(nn.functional.conv2d(input, layer.weight!, null, strides: layer.stride, padding: layer.padding!));
            return new FeatureMap(values.MoveToOuterDisposeScope(),
                added is null ? layer.bias! : added.Plus(layer.bias!).MoveToOuterDisposeScope());
        }
    }

    public override FeatureMap Settle(FeatureMap images)
    {
        if (images.Missing is null && images.Moments is not null)
            return images;
        Tensor values = Ordered(images.Values);
        return new FeatureMap(values, null, kernels.AddMoments(values, images.Missing, null, keep: images.Missing is null));
    }

    public override (FeatureMap Images, FeatureMap? Behind) Join(FeatureMap images, FeatureMap behind) => (images, behind);

    public override Tensor Norm(GroupNorm layer, FeatureMap images, FeatureMap? behind, Tensor? scaleShift, bool silu)
    {
        // For instance, norms that were left in float32 when the rest was converted.
        if (layer.weight!.dtype != images.Values.dtype || (scaleShift ?? images.Values).dtype != images.Values.dtype
            || layer.weight!.size(0) > KernelCalls.MostChannels)
            return Plain(layer, images, behind, scaleShift, silu);
        Tensor moments = images.Moments ?? kernels.AddMoments(images.Values, null, null, keep: true);
        return kernels.GroupNorm(images.Values, moments, images.Missing, behind?.Values, behind?.Moments, layer, scaleShift, silu);
    }

    // A pixel's channels are a row, and two sets of them are two products: neither has to be copied next to the other.
    public override Tensor Project(Conv2d layer, FeatureMap images, FeatureMap? behind)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = images.Values, weight = layer.weight!.reshape(layer.weight!.size(0), -1), rows = Rows(x);
        long own = x.size(1);
        Tensor projected;
        if (behind is null)
        {
            projected = LinearRows.Product(rows, weight, layer.bias);
        }
        else
        {
            projected = nn.functional.linear(rows, weight.narrow(1, 0, own), layer.bias);
            projected.addmm_(Rows(behind.Values), weight.narrow(1, own, weight.size(1) - own).t(), 1, 1);
        }

        return Images(projected, x.size(0), x.size(2), x.size(3)).MoveToOuterDisposeScope();
    }

    public override FeatureMap Add(FeatureMap branch, Tensor residual)
    {
        Tensor ordered = Ordered(residual);
        try
        {
            return new FeatureMap(branch.Values, null, kernels.AddMoments(branch.Values, branch.Missing, ordered, keep: false));
        }
        finally
        {
            if (!ReferenceEquals(ordered, residual))
                ordered.Dispose();
        }
    }

    private static Tensor Plain(GroupNorm layer, FeatureMap images, FeatureMap? behind, Tensor? scaleShift, bool silu)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor whole = images.Missing is { } missing
            ? images.Values.Plus(missing.reshape(-1, images.Values.size(1), 1, 1))
            : images.Values;
        if (behind is not null)
            whole = cat([whole, behind.Values], 1);
        return PlainImageOperations.Instance.Norm(layer, new FeatureMap(whole), null, scaleShift, silu).MoveToOuterDisposeScope();
    }

    // cuDNN and oneDNN return this layout for channels-last weights.
    private static Tensor Ordered(Tensor x) =>
        KernelCalls.IsChannelsLast(x) ? x : x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}

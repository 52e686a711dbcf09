using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Models;

/// <summary>libtorch's operations: nothing is ever missing, and no moments are kept.</summary>
internal sealed class PlainImageOperations : ImageOperations
{
    public static PlainImageOperations Instance { get; } = new();

    public override void Prepare(IReadOnlyList<Linear> layers, Tensor embedding)
    {
    }

    public override Tensor Time(Linear layer, Tensor embedding) => layer.call(embedding);

    // One addition for all rows becomes part of the bias.
    public override FeatureMap Convolve(Conv2d layer, Tensor input, Tensor? added = null)
    {
        if (added is null)
            return new FeatureMap(ChannelsLast.Consume(layer, input, layer.bias!));
        if (added.size(0) == 1)
            return new FeatureMap(ChannelsLast.Consume(layer, input, added[0].Plus(layer.bias!)));
        using Tensor convolved = ChannelsLast.Consume(layer, input, layer.bias!);
        return new FeatureMap(convolved.Plus(added.unsqueeze(-1).unsqueeze(-1)));
    }

    public override FeatureMap Settle(FeatureMap images) => images;

    public override (FeatureMap Images, FeatureMap? Behind) Join(FeatureMap images, FeatureMap behind)
    {
        using (images)
        using (behind)
            return (new FeatureMap(cat([images.Values, behind.Values], 1)), null);
    }

    // One scale and shift for all rows become part of the norm's weights.
    public override Tensor Norm(GroupNorm layer, FeatureMap images, FeatureMap? behind, Tensor? scaleShift, bool silu)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor normed;
        if (scaleShift is null)
        {
            normed = ChannelsLast.Norm(layer, images.Values);
        }
        else
        {
            Tensor[] parts = scaleShift.chunk(2, 1);
            Tensor scale = parts[0].Plus(1), shift = parts[1];
            normed = scale.size(0) == 1
                ? ChannelsLast.Norm(layer, images.Values, layer.weight! * scale[0], addcmul(shift[0], layer.bias!, scale[0], Kept(1)))
                : addcmul(OverPixels(shift), ChannelsLast.Norm(layer, images.Values), OverPixels(scale), Kept(1));
        }

        return (silu ? Activations.Silu(normed) : normed).MoveToOuterDisposeScope();

        static Tensor OverPixels(Tensor byChannel) => byChannel.unsqueeze(-1).unsqueeze(-1);
    }

    public override Tensor Project(Conv2d layer, FeatureMap images, FeatureMap? behind) => layer.call(images.Values);

    public override FeatureMap Add(FeatureMap branch, Tensor residual) => new(branch.Values.PlusInPlace(residual));
}

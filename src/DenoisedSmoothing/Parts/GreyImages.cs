using TorchSharp;

namespace DenoisedSmoothing.Parts;

/// <summary>Grey images as colour ones.</summary>
internal static class GreyImages
{
    /// <summary>The description of a part for colour images that gets grey ones.</summary>
    public static PartInfo Info(object color)
    {
        PartInfo info = PartInfo.Of(color);
        InputShape grey = new(1, info.InputShape?.Height, info.InputShape?.Width, info.InputShape?.Multiple ?? 1);
        return (info with { InputShape = grey }).Named(static name => $"grey-to-color({name})");
    }

    /// <summary>[N,1,H,W] to [N,3,H,W], copied: a network may want its input contiguous.</summary>
    public static torch.Tensor Repeat(torch.Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return images.dim() == 4 && images.shape[1] == 1
            ? images.repeat(1, 3, 1, 1)
            : throw new ArgumentException($"Grey images are [N,1,H,W]; got [{string.Join(',', images.shape)}].", nameof(images));
    }
}

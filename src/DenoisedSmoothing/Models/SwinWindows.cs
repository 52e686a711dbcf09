using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Models;

/// <summary>How the tokens of a stage are arranged in windows, which a block may shift.</summary>
/// <param name="Side">Tokens along one side of the image.</param>
/// <param name="Window">Tokens along one side of a window.</param>
/// <param name="Shift">By how many tokens windows are shifted; 0 where there is one window.</param>
internal sealed record SwinWindows(int Side, int Window, int Shift)
{
    // As in both references: far enough below every logit.
    private const double Never = -100;

    /// <summary>Side of the image in whole windows: tokens of zeros fill the last ones.</summary>
    private int Padded => (Side + Window - 1) / Window * Window;

    /// <summary>Windows of an image.</summary>
    public int Count => Padded / Window * (Padded / Window);

    /// <summary>Sorts tokens into windows.</summary>
    /// <param name="rows">[N T,C].</param>
    /// <param name="n">N.</param>
    /// <param name="shifted">Whether the windows are shifted.</param>
    /// <returns>[N W M^2,C] for W windows of MxM tokens; contiguous.</returns>
    public Tensor Part(Tensor rows, long n, bool shifted)
    {
        using DisposeScope scope = NewDisposeScope();
        long width = rows.size(1), across = Padded / Window;
        Tensor image = rows.reshape(n, Side, Side, width);
        if (Padded > Side)
            image = nn.functional.pad(image, [0, 0, 0, Padded - Side, 0, Padded - Side]);
        if (shifted)
            image = image.roll([-Shift, -Shift], [1, 2]);
        return image.reshape(n, across, Window, across, Window, width).permute(0, 1, 3, 2, 4, 5).reshape(-1, width)
            .MoveToOuterDisposeScope();
    }

    /// <summary>Undoes <see cref="Part"/>: [N T,C], contiguous.</summary>
    public Tensor Join(Tensor windows, long n, bool shifted)
    {
        using DisposeScope scope = NewDisposeScope();
        long width = windows.size(1), across = Padded / Window;
        Tensor image = windows.reshape(n, across, across, Window, Window, width).permute(0, 1, 3, 2, 4, 5)
            .reshape(n, Padded, Padded, width);
        if (shifted)
            image = image.roll([Shift, Shift], [1, 2]);
        return image.narrow(1, 0, Side).narrow(2, 0, Side).reshape(-1, width).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Which row of a bias table belongs to two tokens of a window [M^2 M^2]: one for every offset between them.</summary>
    public Tensor Offsets(Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor token = Counting(0, Window * Window, ScalarType.Int64, device);
        Tensor y = token.div(Kept(Window), RoundingMode.floor), x = token.remainder(Kept(Window));
        return Offset(y).mul_(Kept(2 * Window - 1)).PlusInPlace(Offset(x)).reshape(-1).MoveToOuterDisposeScope();

        // Counted from 0, the farthest back.
        Tensor Offset(Tensor place) => place.unsqueeze(1).sub(place.unsqueeze(0)).PlusInPlace(Window - 1);
    }

    /// <summary>
    /// What is added to the logits of two tokens [W,1,M^2,M^2]: where only the shift has brought them into one window, enough that they do
    /// not see each other; otherwise 0.
    /// </summary>
    public Tensor Apart(ScalarType type, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor place = Counting(0, Padded, ScalarType.Int64, device);
        Tensor region = place.ge(Kept(Padded - Window)).to_type(ScalarType.Int64)
            .PlusInPlace(place.ge(Kept(Padded - Shift)).to_type(ScalarType.Int64));
        Tensor regions = region.mul(Kept(3)).unsqueeze(1).Plus(region.unsqueeze(0));
        int across = Padded / Window;
        Tensor windows = regions.reshape(across, Window, across, Window).permute(0, 2, 1, 3).reshape(Count, -1);
        return windows.unsqueeze(1).ne(windows.unsqueeze(2)).to_type(type).mul_(Kept(Never)).unsqueeze(1).MoveToOuterDisposeScope();
    }
}

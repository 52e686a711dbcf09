using TorchSharp;
using static TorchSharp.torch;
using static DenoisedSmoothing.Tool.PlainText;

namespace DenoisedSmoothing.Tool;

/// <summary>Mistakes that the images and the noise levels alone reveal.</summary>
internal static class ImageChecks
{
    // A picture whose brightest pixel is this dark was divided by 255 twice; noise of this size leaves nothing of any picture.
    private const double Dark = .02, Drowned = 2;

    public static IEnumerable<CheckWarning> Of(CheckImages images, IReadOnlyList<double> sigmas)
    {
        (double low, double high) = Range(images);
        if (!(low >= 0 && high <= 1))
        {
            yield return new CheckWarning("range", Text($"Pixels go from {low:G4} to {high:G4}, not from 0 to 1."), high > 2
                ? "Divide by 255 where the images are read. Every sigma and radius is a length for pixels in [0,1]."
                : "They are scaled to [-1,1] or normalised where they are read: leave that to the models, which are told with "
                    + "--normalization.");
        }
        else if (high > 0 && high < Dark)
        {
            yield return new CheckWarning("dark", Text($"The brightest pixel is {high:G4}: the images are all but black."),
                "They were probably divided by 255 twice. The library divides files from 0 to 255 by itself.");
        }

        foreach (double sigma in sigmas.Where(static sigma => sigma > Drowned))
        {
            yield return new CheckWarning("sigma-units", Text($"Sigma {sigma} is far more noise than the range of pixels in [0,1]."),
                Text($"If it is for pixels from 0 to 255, divide by 255: that makes {sigma / 255:G3}."));
        }
    }

    /// <summary>The darkest and the brightest pixel; NaN if any pixel is NaN.</summary>
    public static (double Low, double High) Range(CheckImages images)
    {
        using DisposeScope scope = NewDisposeScope();
        return (images.Pixels.min().item<float>(), images.Pixels.max().item<float>());
    }
}

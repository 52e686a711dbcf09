using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Preprocessing;

/// <summary>What happens to an image before the noise, step by step: the result is what is certified.</summary>
/// <remarks>
/// <para>
/// Immutable and safe for concurrent use. Each method returns a preprocessing with one more step:
/// <c>new ImagePreprocess().Resize(256).CenterCrop(224)</c>.
/// </para>
/// <para>
/// Steps work on bytes, bit for bit like torchvision's transforms on PIL images. A tensor made from bytes loses nothing; a finer one is
/// rounded to multiples of 1/255 first. Mean and std are not part of preprocessing: they come after the denoiser, in the classifier's
/// <c>Normalization</c>.
/// </para>
/// </remarks>
public sealed class ImagePreprocess
{
    private readonly IPreprocessStep[] _steps;

    /// <summary>No steps: images stay as they are.</summary>
    public ImagePreprocess() => _steps = [];

    private ImagePreprocess(IPreprocessStep[] steps) => _steps = steps;

    /// <summary>Then resizes the shorter side and keeps the proportions, like torchvision's <c>Resize(shorterSide)</c>.</summary>
    /// <param name="shorterSide">Its length in pixels, at least 1.</param>
    /// <param name="resampling">How.</param>
    public ImagePreprocess Resize(int shorterSide, Resampling resampling = Resampling.Bilinear)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shorterSide, 1);
        return Then(new ResizeShorterSideStep(shorterSide, Known(resampling)));
    }

    /// <summary>
    /// Then resizes to a height and a width, like torchvision's <c>Resize((height, width))</c>, which may change the proportions.
    /// </summary>
    /// <param name="height">H in pixels, at least 1.</param>
    /// <param name="width">W in pixels, at least 1.</param>
    /// <param name="resampling">How.</param>
    public ImagePreprocess ResizeTo(int height, int width, Resampling resampling = Resampling.Bilinear)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        return Then(new ResizeStep(height, width, Known(resampling)));
    }

    /// <summary>
    /// Then cuts a square out of the middle, like torchvision's <c>CenterCrop(side)</c>; a smaller image is an error, not padded.
    /// </summary>
    /// <param name="side">Height and width of the cut in pixels, at least 1.</param>
    public ImagePreprocess CenterCrop(int side) => CenterCrop(side, side);

    /// <summary>
    /// Then cuts out the middle, like torchvision's <c>CenterCrop((height, width))</c>; a smaller image is an error, not padded.
    /// </summary>
    /// <param name="height">Height of the cut in pixels, at least 1.</param>
    /// <param name="width">Width of the cut in pixels, at least 1.</param>
    public ImagePreprocess CenterCrop(int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        return Then(new CenterCropStep(height, width));
    }

    /// <summary>Then makes one channel from three, like PIL's <c>convert("L")</c>; a grey image stays as it is.</summary>
    public ImagePreprocess Grey() => Then(new GreyStep());

    /// <summary>Then refuses images of any other shape; changes nothing.</summary>
    /// <param name="channels">C.</param>
    /// <param name="height">H in pixels.</param>
    /// <param name="width">W in pixels.</param>
    public ImagePreprocess Exactly(int channels, int height, int width) =>
        Then(new ExactShapeStep(new ImageShape(channels, height, width)));

    /// <summary>The shape of the resulting image.</summary>
    /// <param name="input">The image's own shape.</param>
    /// <exception cref="ArgumentException">A step cannot take it; the message says why.</exception>
    public ImageShape ShapeOf(ImageShape input) => _steps.Aggregate(input, (shape, step) => step.ShapeOf(shape));

    /// <summary>Prepares an image.</summary>
    /// <param name="image">float32 [C,H,W] or [1,C,H,W] in [0,1]; not disposed.</param>
    /// <returns>float32 [C,H,W] in [0,1] on the CPU; fresh, the caller disposes.</returns>
    /// <exception cref="ArgumentException">
    /// The shape does not fit a step, or a pixel is outside [0,1]; the message says what is taken.
    /// </exception>
    public Tensor Apply(Tensor image)
    {
        // Refuses other types, NaN and pixels outside [0,1], which rounding to bytes would hide.
        (float[] values, long[] sizes) = ImageTensors.Read(image);
        ImageShape from = new((int)sizes[0], (int)sizes[1], (int)sizes[2]), to = ShapeOf(from);
        if (_steps.Any(step => step is not ExactShapeStep))
        {
            ByteImage bytes = new([.. values.Select(ImageTensors.ToByte)], from);
            values = [.. _steps.Aggregate(bytes, (prepared, step) => step.Apply(prepared)).Planes.Select(pixel => pixel / 255f)];
        }

        return tensor(values, [to.Channels, to.Height, to.Width]);
    }

    /// <summary>The steps in order, for messages and fingerprints.</summary>
    public override string ToString() => _steps.Length == 0 ? "as it is" : string.Join(", ", _steps.Select(step => step.ToString()));

    private static Resampling Known(Resampling resampling) => resampling is Resampling.Bilinear or Resampling.Bicubic
        ? resampling
        : throw new ArgumentOutOfRangeException(nameof(resampling), resampling, "Resampling is bilinear or bicubic.");

    private ImagePreprocess Then(IPreprocessStep step) => new([.. _steps, step]);
}

using System.CommandLine;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Preprocessing;

namespace DenoisedSmoothing.Tool;

/// <summary>Options of resizing, cutting and grey around and after the denoiser: part of what is certified.</summary>
internal sealed class PreprocessOptions
{
    public PreprocessOptions() => Resampling.AcceptOnlyFromAmong("bilinear", "bicubic");

    public Option<string?> DenoiserSize { get; } = Size("--denoiser-size", "HxW",
        "Resize the noisy image to this for the denoiser, and the denoised one back");

    public Option<bool> Grey { get; } = new("--classifier-grey")
    {
        Description = "Make denoised colour images grey, for a classifier of one channel",
    };

    public Option<string?> Resize { get; } = Size("--classifier-resize", "pixels",
        "Resize denoised images for the classifier: the shorter side, or HxW; --resize is a square after mean and std");

    public Option<string?> Crop { get; } = Size("--classifier-crop", "pixels",
        "Cut the middle out of denoised images, after --classifier-resize");

    public Option<string?> Resampling { get; } = new("--resampling")
    {
        HelpName = "filter",
        Description = "How --denoiser-size and --classifier-resize resize: bilinear or bicubic [default: bicubic]",
    };

    public OptionGroup All => new("Between denoiser and classifier", [DenoiserSize, Grey, Resize, Crop, Resampling]);

    /// <exception cref="ArgumentException">An option has no effect, or a size is not exact.</exception>
    public PreprocessChoice Read(ParseResult parsed)
    {
        PixelSize? around = Typed(parsed, DenoiserSize), resize = Typed(parsed, Resize), crop = Typed(parsed, Crop);
        if (parsed.GetValue(Resampling) is not null && around is null && resize is null)
            throw new ArgumentException("--resampling is for --denoiser-size or --classifier-resize: name one, or leave it out.");
        Resampling how = parsed.GetValue(Resampling) == "bilinear" ? Preprocessing.Resampling.Bilinear : Preprocessing.Resampling.Bicubic;
        ClassifierPreprocess steps = new()
        {
            Grey = parsed.GetValue(Grey),
            Resize = resize is { IsExact: true } exact ? (exact.Height, exact.Width) : null,
            ShorterSide = resize is { IsExact: false } shorter ? shorter.Height : null,
            Crop = crop is { } cut ? (cut.Height, cut.Width) : null,
            Resampling = how,
        };
        return new PreprocessChoice(around is { } size ? (size.Height, size.Width) : null, how,
            steps with { Resampling = Preprocessing.Resampling.Bicubic } == new ClassifierPreprocess() ? null : steps);
    }

    private static PixelSize? Typed(ParseResult parsed, Option<string?> option) =>
        PixelSize.TryParse(parsed.GetValue(option), out PixelSize size) ? size : null;

    private static Option<string?> Size(string name, string help, string description) =>
        new Option<string?>(name) { HelpName = help, Description = description }
            .Check(text => PixelSize.TryParse(text, out _), $"{name} takes pixels, such as 224, or height x width, such as 224x160.");
}

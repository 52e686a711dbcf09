using DenoisedSmoothing.Data;
using DenoisedSmoothing.Preprocessing;

namespace DenoisedSmoothing.Tool;

/// <summary>Which images, as typed.</summary>
/// <param name="Name">The data set's name.</param>
/// <param name="Path">Its folder or file; null for the usual place.</param>
/// <param name="Split">test or train.</param>
/// <param name="Grey">Whether image files are read as grey.</param>
/// <param name="Preprocess">What happens to an image before the noise, besides what a pair does; null for nothing.</param>
/// <param name="Range">Which of the images.</param>
/// <param name="SkipCorrupt">Whether an image that cannot be read is skipped, or ends the run.</param>
internal sealed record DataChoice(string Name, string? Path, string Split, bool Grey, ImagePreprocess? Preprocess,
    DatasetRange Range, bool SkipCorrupt);

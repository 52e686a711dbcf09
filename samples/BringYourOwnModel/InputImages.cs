using DenoisedSmoothing;
using DenoisedSmoothing.Data;
using TorchSharp;

namespace BringYourOwnModel;

internal sealed record NamedImage(string Name, torch.Tensor Pixels);

/// <summary>Images from a folder, or the ones that the library carries.</summary>
internal static class InputImages
{
    private static readonly string[] s_extensions = [".png", ".jpg", ".jpeg"];

    public static IReadOnlyList<NamedImage> Read(ModelOptions options)
    {
        if (options.Images is not { } folder)
        {
            LabeledImages test = FashionMnistPair.TestImages();
            return [.. Enumerable.Range(0, Math.Min(options.First, test.Count))
                .Select(i => new NamedImage($"test image {i} ({test.ClassNames[test.Label(i)]})", test.Image(i)))];
        }

        string[] names =
        [
            .. Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path))
                .Where(name => s_extensions.Contains(Path.GetExtension(name).ToLowerInvariant()))
                .Order(StringComparer.Ordinal).Take(options.First),
        ];
        ImageFiles files = new(folder, names.Select(name => (name, 0)), ["unknown"], new ImageFileOptions { Grey = options.Grey });
        return names.Length > 0
            ? [.. names.Select((name, i) => new NamedImage(name, files.Image(i)))]
            : throw new ArgumentException($"There is no PNG or JPEG image in '{folder}'.");
    }
}

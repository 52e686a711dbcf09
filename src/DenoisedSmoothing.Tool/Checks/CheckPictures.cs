using static DenoisedSmoothing.Tool.PlainText;

namespace DenoisedSmoothing.Tool;

/// <summary>Clean, noisy and denoised images side by side, with the answers to them.</summary>
internal static class CheckPictures
{
    /// <summary>One row per image; none where nothing was measured.</summary>
    public static Markup Of(CheckImages images, CheckAnswers clean, IReadOnlyList<CheckLevel> levels)
    {
        int rows = levels.Select(static level => level.Pictures.Count).DefaultIfEmpty(0).Min();
        string[] header =
        [
            "image", "clean",
            .. levels.SelectMany(static level => level.Denoises
                ? (string[])[Text($"noise {level.Sigma}"), Text($"denoised {level.Sigma}")]
                : [Text($"noise {level.Sigma}")]),
        ];
        return rows == 0 ? Markup.None : PageTable.Of(
            "One row per image; under it the classifier's answer, ✓ right or ✗ wrong", header, Enumerable.Range(0, rows).Select(row =>
                (IReadOnlyList<Markup>)
                [
                    Markup.Of($"{images.NameOf(images.Labels[row])}<br />{images.Indices[row]}"),
                    Answered(images, CheckMeasurement.Row(images.Pixels, row), row, "clean", clean.Labels[row]),
                    .. levels.SelectMany(level => Cells(images, level, row)),
                ]));
    }

    private static IEnumerable<Markup> Cells(CheckImages images, CheckLevel level, int row)
    {
        (float[] noisy, float[] denoised, long answer) = level.Pictures[row];
        string noise = Text($"with noise {level.Sigma}");
        if (!level.Denoises)
            return [Answered(images, noisy, row, noise, answer)];
        return [Drawn(images, noisy, row, noise), Answered(images, denoised, row, Text($"denoised at {level.Sigma}"), answer)];
    }

    private static Markup Answered(CheckImages images, float[] pixels, int row, string state, long answer) => Markup.Of(
        $"{Drawn(images, pixels, row, state)}{(answer == images.Labels[row] ? "✓ " : "✗ ")}{images.NameOf(answer)}");

    private static Markup Drawn(CheckImages images, float[] pixels, int row, string state)
    {
        int[] shape = [.. images.Pixels.shape.Select(static side => (int)side)];
        return PagePicture.Of(pixels, shape[1], shape[2], shape[3], Text($"Image {images.Indices[row]}, {state}"));
    }
}

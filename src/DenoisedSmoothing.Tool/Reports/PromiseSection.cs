using System.Globalization;

namespace DenoisedSmoothing.Tool;

/// <summary>What the figures promise, and what they do not.</summary>
internal static class PromiseSection
{
    public static Markup Of(ReportView view)
    {
        Markup promises = Markup.Join(Promises(view).Select(static text => Markup.Of($"<li>{text}</li>\n")));
        Markup limits = Markup.Join(Limits(view).Select(static text => Markup.Of($"<li>{text}</li>\n")));
        return Markup.Of($"<h3>It promises</h3>\n<ul>\n{promises}</ul>\n<h3>It does not promise</h3>\n<ul>\n{limits}</ul>\n");
    }

    private static IEnumerable<string> Promises(ReportView view)
    {
        string alpha = string.Join(", ", view.Logs.Select(log => view.Report.AlphaOf(log.Analysis)).Distinct()
            .Select(static alpha => alpha.ToString(CultureInfo.InvariantCulture)));
        if (view.Logs.Any(static log => log.Certifies))
        {
            yield return $"Each certificate by itself: it is false with probability at most alpha = {alpha}, over the noise that was "
                + "drawn. If it holds, no image within its radius gets another label from the smoothed model, whatever attack finds it.";
        }

        if (view.Logs.Any(static log => !log.Certifies))
        {
            yield return "Each prediction by itself: if it gives a label, that label differs from the smoothed model's with probability at "
                + $"most alpha = {alpha}.";
        }

        yield return "All images together: \"of these images at least\" subtracts as many false certificates as there can be, at all radii "
            + $"at once, with confidence {view.Confidence}; \"of the population at least\" also allows for chance in which images were "
            + "drawn.";
        string norms = string.Join(" or ", view.Logs.Select(static log => log.Norm).Distinct());
        yield return $"Radii are {norms} lengths of the change to an image, with pixel values in [0,1], at the size at which the noise is "
            + "added.";
    }

    private static IEnumerable<string> Limits(ReportView view)
    {
        yield return $"Anything about the plain model: the promise is about the smoothed model, which answers with {Answer(view)}. A "
            + "program that calls the classifier once, without noise, gets no promise.";
        yield return "That the label is right: a certificate says that the answer does not change. Whether it is right on these images was "
            + "counted with their labels; on a new image it is not known. Accuracy on unchanged images promises nothing about changed "
            + "ones, and vice versa.";
        yield return "Anything but small changes in this norm: not rotations, shifts, crops, blur, brightness or weather, whose lengths "
            + "quickly exceed these radii; not patches; not other norms, except for what follows from this one.";
        yield return "Anything if the noise was known before the image was fixed, or if seeds were tried until one gave a good result: "
            + "alpha is over noise that is drawn after the image.";
        yield return "Other functions: other weights, precision, device kind or batch size make another model, even if the two nearly "
            + "agree.";
        yield return "Other images: \"of the population\" is about those, and only if the images were drawn from it at random.";
    }

    private static string Answer(ReportView view)
    {
        const string Votes = "the label that most noisy copies get", Scores = "the label with the largest mean score over noisy copies";
        bool[] ofScores = [.. view.Logs.Select(static log => log.OfScores).Distinct()];
        return ofScores is [true] ? Scores : ofScores is [false] ? Votes : $"{Votes} or, in certificates of mean scores, {Scores}";
    }
}

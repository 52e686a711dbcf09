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
                + $"drawn. If it "
                + "holds, no image within its radius gets another label from the smoothed model, whatever attack finds the image.";
        }

        if (view.Logs.Any(static log => !log.Certifies))
            yield return $"Each prediction by itself: a label that is given differs from the smoothed model's with probability at "
                + $"most alpha = {alpha}.";
        yield return "All images together: \"of these images at least\" takes off as many false certificates as there can be, at all "
            + "radii at "
            + $"once, with confidence {view.Confidence}; \"of the population at least\" adds the chance of which images were drawn.";
        string norms = string.Join(" or ", view.Logs.Select(static log => log.Norm).Distinct());
        yield return $"Radii are {norms} lengths of the change of an image, its pixel values being in [0,1], at the size at which the "
            + $"noise is added.";
    }

    private static IEnumerable<string> Limits(ReportView view)
    {
        yield return "Anything about the plain model: the promise is the smoothed model's, which answers with the label that most "
            + "noisy copies "
            + "get. A program that calls the classifier once, without noise, has none.";
        yield return "That the label is right: a certificate says that the answer does not change. That it is right on these images "
            + "is counted "
            + "against their labels; on a new image it is not known. Accuracy on unchanged images is no promise about changed ones, "
            + "and the other way round.";
        yield return "Changes other than small ones in this norm: not rotations, shifts, crops, blur, brightness or weather, whose "
            + "lengths are soon "
            + "far beyond these radii; not patches; not other norms, except for what follows from this one.";
        yield return "Anything where the noise was known before the image was fixed, or seeds were tried until one pleased: alpha is "
            + "over noise that is "
            + "drawn after the image.";
        yield return "Other functions: other weights, precision, device kind or batch size are other models, even where they nearly agree.";
        yield return "Other images: those are what \"of the population\" is about, and only if the images were drawn from it at random.";
    }
}

using DenoisedSmoothing.Analysis;
using DenoisedSmoothing.Logs;
using static DenoisedSmoothing.Tool.PlainText;

namespace DenoisedSmoothing.Tool;

/// <summary>The answer in sentences, before all figures.</summary>
internal static class AnswerSection
{
    public static Markup Of(ReportView view) => Markup.Of($"{Warnings(view)}{view.Each(log => Of(view, log))}");

    private static Markup Warnings(ReportView view) => Markup.Of(
        $"{view.Logs.Select(Overstated)}{view.Report.Notes.Select(static note => Markup.Of($"<p class=\"warn\">{note}</p>\n"))}");

    private static Markup Overstated(ReportedLog log) => log.Verification is { } verification
        && LogClaims.Overstated(verification).Count() is > 0 and var count
            ? Markup.Of($"<p class=\"warn\"><strong>Do not rely on these figures.</strong> {log.Log.Path} claims more than its votes "
                + $"give, in {count} places: dds verify names them.</p>\n")
            : Markup.None;

    private static Markup Of(ReportView view, ReportedLog log) => Markup.Of($"""
        <div class="answer">
        <p class="big">{(log.Certifies ? Certified(view, log) : Predicted(view, log))}</p>
        <ul>
        {Facts(view, log).Select(static fact => Markup.Of($"<li>{fact}</li>\n"))}</ul>
        </div>

        """);

    private static string Certified(ReportView view, ReportedLog log)
    {
        (LogAnalysis figures, ReportRadius radius) = (log.Analysis, view.Headline);
        if (LargestRadius.IsBelow(figures, radius.Value))
        {
            return $"These settings could not certify {log.Norm} radius {radius.Text} for any image: even where all votes agree they reach "
                + $"{ReportText.Radius(LargestRadius.Of(log.Log))}. More noise (sigma) or more votes (n) reach further.";
        }

        return view.Report.OfTheseImages(figures, radius.Value) switch
        {
            null => Text($"{figures.CertifiedCount(radius.Value)} of these {figures.Images} images are certified at {log.Norm} radius "
                + $"{radius.Text}, ")
                + "but some share their noise, so nothing can be said about all of them together.",
            0 => Text($"{figures.CertifiedCount(radius.Value)} of these {figures.Images} images are certified at {log.Norm} radius "
                + $"{radius.Text}: too few ")
                + $"to say anything about all of them with confidence {view.Confidence}.",
            var share => $"With confidence {view.Confidence}: on at least {ReportText.Percent(share)}% of these "
                + $"{Text($"{figures.Images}")} images, "
                + $"no change of {log.Norm} length up to {radius.Text} makes the smoothed model answer anything but the right label.",
        };
    }

    private static string Predicted(ReportView view, ReportedLog log) => view.Report.OfTheseImages(log.Analysis, 0) switch
    {
        null or 0 => $"The smoothed model's right answers: {ReportView.Share(log.Analysis.CertifiedCount(0), log.Analysis.Images)}.",
        var share => $"With confidence {view.Confidence}: to at least {ReportText.Percent(share)}% of these "
            + $"{Text($"{log.Analysis.Images}")} images, "
            + "as they are, the smoothed model answers with the right label.",
    };

    private static IEnumerable<string> Facts(ReportView view, ReportedLog log)
    {
        (LogAnalysis figures, ReportRadius radius) = (log.Analysis, view.Headline);
        if (log.Certifies)
            yield return $"Certified right at {log.Norm} radius {radius.Text}: "
                + $"{ReportView.Share(figures.CertifiedCount(radius.Value), figures.Images)}.";
        yield return $"With nothing changed: right on {ReportView.Share(figures.CertifiedCount(0), figures.Images)}, wrong on "
            + $"{ReportView.ShareUp(log.Wrong, figures.Images)}, no answer on {ReportView.ShareUp(figures.Abstained, figures.Images)}.";
        if (!log.Certifies)
        {
            yield return "These are predictions, which carry no radius: they say nothing about changed images. dds certify does.";
            yield break;
        }

        yield return $"The radius certified on average over all images, with 0 where the answer is wrong or missing (ACR), is "
            + $"{ReportText.Radius(figures.AverageCertifiedRadius)}.";
        int half = figures.CorrectRadii.Count - (figures.Images + 1) / 2;
        yield return half >= 0
            ? $"Half of all images are certified right up to radius {ReportText.Radius(figures.CorrectRadii[half])}."
            : "Fewer than half of all images are certified right at any radius.";
        if (view.Report.OfThePopulation(figures, radius.Value) is > 0 and var share)
        {
            yield return $"Of images like these, if these were drawn at random, the share that is robust at radius {radius.Text} is "
                + $"at least "
                + $"{ReportText.Percent(share)}% (confidence {view.Confidence}, for a radius that was chosen before the votes).";
        }

        if (Meaning(log, radius) is { } meaning)
            yield return meaning;
    }

    // Nobody has an intuition for a length in 784 or 150,528 dimensions.
    private static string? Meaning(ReportedLog log, ReportRadius radius)
    {
        if (log.Log.Norm != Norm.L2 || radius.Value <= 0 || Dimension(log) is not { } values)
            return null;
        double each = radius.Value / Math.Sqrt(values);
        return Text($"For scale: an image has {values} values from 0 to 1. A change of l2 length {radius.Text} is one value "
            + $"changed by ")
            + Text($"{radius.Text}, or every value by {Cut(each, 5)}, which is {Cut(each * 255, 2)} of 255 steps.");
    }

    private static long? Dimension(ReportedLog log) =>
        PlainNumber.TryParseWhole(log.Log.Meta?.Settings.GetValueOrDefault(CertificationLogMeta.DimensionSetting), out long values)
            && values > 0
            ? values
            : log.Entries.Select(ReportedLog.ProvenanceOf).FirstOrDefault(static its => its is not null)?.ImageShape.Aggregate(1L,
                static (a, b) => a * b);

    private static string Cut(double value, int digits) => PagePicture.Number(value, digits);
}

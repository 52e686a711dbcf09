using static DenoisedSmoothing.Tool.PlainText;

namespace DenoisedSmoothing.Tool;

/// <summary>How to recheck everything, with the commands.</summary>
internal static class RecheckSection
{
    private const int MostShown = 10;

    public static Markup Of(ReportView view) => Markup.Of($"""
        {view.Logs.Select(Verified)}
        <pre>{string.Join('\n', view.Logs.SelectMany(log => Commands(view, log)))}</pre>
        <p class="soft"><code>verify</code> computes bounds and radii again from the votes, by other formulas; <code>--redraw</code> draws
        the votes of a random share of the images again, with the models and the images; <code>audit</code> asks whether the radii can come
        from the settings that are claimed, also where there are no votes. The text after # says what to add.</p>

        """);

    /// <summary>What verification said about a log.</summary>
    public static string Finding(ReportedLog log) => log.Verification switch
    {
        null => $"{log.Path} holds no votes: nothing of it could be verified. Its radii can be audited.",
        { Findings.Count: 0 } verification => Text($"{log.Path}: {verification.Verified} lines verified, all is what the votes give."),
        { } verification => Text($"{log.Path}: {verification.Verified} lines verified, {verification.Findings.Count} findings."),
    };

    /// <summary>The commands for a log, one per line.</summary>
    public static IEnumerable<string> Commands(ReportView view, ReportedLog log)
    {
        string path = Advice.Quoted(log.Path);
        if (log.Log.Path == "standard input")
        {
            yield return "# The log came from standard input: keep it in a file.";
            yield break;
        }

        if (log.Verification is not null)
            yield return $"dds verify {path}";
        if (log.Certifies && log.Log.Norm == Norm.L2 && log.Log.Method?.Name is null or "cohen")
            yield return log.Log.Meta?.Sigma is null ? $"dds audit {path} # with --sigma, --n and --alpha as claimed" : $"dds audit {path}";
        if (log.ImageHashes.Count > 0 && log.Entries.All(static entry => entry.Certificate is not null))
        {
            string data = view.DataWords.Length > 0 ? " " + view.DataWords : "";
            string add = (view.DataWords.Length > 0,
                log.Log.Meta?.Notes.GetValueOrDefault("models") == "the bundled Fashion-MNIST pair") switch
            {
                (true, true) => "",
                (false, true) => " # with the data options of dds certify, where the images are not the bundled ones",
                (true, false) => " # with the model options of dds certify",
                _ => " # with the model and data options of dds certify",
            };
            yield return $"dds verify {path} --redraw 0.1{data}{add}";
        }
    }

    private static Markup Verified(ReportedLog log)
    {
        Markup findings = Markup.Join((log.Verification?.Findings ?? []).Take(MostShown)
            .Select(static found => Markup.Of($"<li>{found}</li>\n")));
        return Markup.Of($"<p>{Finding(log)}</p>\n{(findings.Html.Length > 0 ? Markup.Of($"<ul>\n{findings}</ul>\n") : Markup.None)}");
    }
}

namespace DenoisedSmoothing.Tool;

/// <summary>The text in a bundle that explains how to recheck it.</summary>
internal static class BundleReadme
{
    public static string Of(ReportView view, IReadOnlyList<BundledLog> logs)
    {
        string found = string.Join("\n", logs.Select(static bundled => "  " + RecheckSection.Finding(Within(bundled))));
        string commands = string.Join("\n", logs.SelectMany(bundled => RecheckSection.Commands(view, Within(bundled)))
            .Select(static line => "  " + line));
        return $"""
            Evidence for a report on certified robustness
            =============================================

            report.html              the report; opens in any browser, without a network
            logs/*.tsv               one line per image: label, answer, radius
            logs/*.tsv.jsonl         one line per image: the whole certificate, with votes, bounds, seed and hashes
            logs/*.tsv.meta.json     the settings of the run, and their fingerprint
            certificate.schema.json  the form of a certificate
            hashes.json              fingerprints of the models, SHA-256 of the images
            verification.json        what dds verify found when this was made
            MANIFEST.sha256          SHA-256 of every other file here

            What was verified when this was made
            ------------------------------------
            Bounds, radii and p-values were computed again from the votes, by formulas other than those that made them, and compared with
            the settings and between the files of a log. The votes themselves were taken as they are.

            {found}

            How to recheck
            --------------
            1. That nothing was changed since: sha256sum -c MANIFEST.sha256
               The list cannot say who made it: compare its own hash with one that came by another way, or check a signature.
            2. That the figures are what the votes give, and that the votes are what the models give (the latter needs the models and the
               images, which are not in here; hashes.json says which):

            {commands}

            3. What the figures promise, and what they do not: report.html has a section on this.

            """.ReplaceLineEndings("\n");
    }

    // The log under its path in the bundle.
    private static ReportedLog Within(BundledLog bundled) => bundled.Log with { Path = bundled.Name };
}

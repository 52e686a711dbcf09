namespace DenoisedSmoothing.Tool;

/// <summary>The page of a report.</summary>
internal static class ReportPage
{
    public static string Of(ReportView view)
    {
        string logs = string.Join(", ", view.Logs.Select(static log => log.Log.Path));
        Markup lead = Markup.Of($"<p class=\"soft\">From {logs}.</p>\n{AnswerSection.Of(view)}");
        string accuracy = view.Logs.Any(static log => log.Certifies) ? "Certified accuracy by radius" : "Accuracy";
        return Page.Of("How robust is this model?", lead,
        [
            new("accuracy", accuracy, AccuracySection.Of(view)),
            new("comparison", "The logs compared", ComparisonSection.Of(view)),
            new("probability", "How sure it is under noise", BoundSection.Of(view)),
            new("classes", "By class", ClassSection.Of(view)),
            new("examples", "Examples", ExampleSection.Of(view)),
            new("missed", "Abstentions and missed rows", MissedSection.Of(view)),
            new("promise", "What this says, and what it does not", PromiseSection.Of(view)),
            new("settings", "Settings", SettingsSection.Of(view)),
            new("recheck", "How to recheck", RecheckSection.Of(view)),
        ]);
    }
}

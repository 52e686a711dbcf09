using DenoisedSmoothing.Data;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool;

/// <summary>Writes the page for some logs, and on request an auditor's bundle.</summary>
/// <param name="Paths">The logs.</param>
/// <param name="Page">The page to write.</param>
/// <param name="Bundle">The archive to write; null for none.</param>
/// <param name="Radii">Radii as typed; null for the usual ones.</param>
/// <param name="Radius">The radius of the answer as typed; null for the first above 0.</param>
/// <param name="ClassNames">A file of names; null for the data set's.</param>
/// <param name="Alpha">For logs that do not state theirs; null for the usual one.</param>
/// <param name="Rho">The probability with which a bound may fail.</param>
/// <param name="Unverified">Whether logs that claim too much are accepted.</param>
/// <param name="Data">The images; null for none.</param>
/// <param name="DataWords">How the images were typed.</param>
/// <param name="Output">Where results go.</param>
internal sealed record ReportRun(
    IReadOnlyList<string> Paths, string Page, string? Bundle, string? Radii, string? Radius, string? ClassNames, double? Alpha, double Rho,
    bool Unverified, DataChoice? Data, string DataWords, TextWriter Output)
{
    public int Execute(CancellationToken cancellationToken)
    {
        IReadOnlyList<ReportRadius>? asked = Radii is null ? null : ReportRadius.ParseList(Radii);
        ReportRadius? headline = Radius is null ? null : Single(Radius);
        string[] names = ClassNames is null ? [] : [.. File.ReadLines(ModelOptions.Existing(ClassNames)!)];
        OutputFolder.Check(Page);
        if (Bundle is not null)
            OutputFolder.Check(Bundle);
        if (Bundle is not null && Paths.Contains(LogInput.StandardInput))
            throw new ArgumentException("--bundle takes the logs' files along: name a file in place of standard input.");
        IReadOnlyList<ReportedLog> logs = ReportedLog.ReadAll(Paths, Unverified, cancellationToken);
        ReportImages? images = Data is null ? null : new ReportImages(Open(Data));
        ReportView view = View(logs, asked, headline, names, images);
        string html = ReportPage.Of(view);
        cancellationToken.ThrowIfCancellationRequested();
        if (Bundle is not null)
            EvidenceBundle.Write(Bundle, view, html);
        File.WriteAllText(Page, html);
        Output.WriteLine($"Report: {Path.GetFullPath(Page)}");
        if (Bundle is not null)
            Output.WriteLine($"Evidence: {Path.GetFullPath(Bundle)}");
        return CommandLine.Done;
    }

    private ReportView View(IReadOnlyList<ReportedLog> logs, IReadOnlyList<ReportRadius>? asked, ReportRadius? headline, string[] names,
        ReportImages? images)
    {
        bool certifies = logs.Any(static log => log.Certifies);
        if (!certifies && (headline?.Value > 0 || asked?.Any(static radius => radius.Value > 0) == true))
            throw new ArgumentException("These are logs of predictions, which carry no radius: only radius 0 can be asked of them.");
        asked ??= ReportRadius.ParseList(certifies ? AnalyzeCommand.UsualRadii : "0");
        ReportRadius about = headline ?? asked.FirstOrDefault(static radius => radius.Value > 0, asked[0]);
        if (!asked.Any(radius => radius.Value.Equals(about.Value)))
            asked = [.. asked.Append(about).OrderBy(static radius => radius.Value)];
        LogReport report = new([.. logs.Select(static log => log.Analysis)], asked, Alpha, Rho, envelope: false);
        return new ReportView(report, logs, about, names.Length > 0 ? names : images?.ClassNames ?? [], images, DataWords);
    }

    private static ReportRadius Single(string text) => ReportRadius.ParseList(text) is [var radius]
        ? radius
        : throw new ArgumentException("--radius is one radius; --radii takes several.");

    private static IImageDataset Open(DataChoice data)
    {
        LibTorch.EnsureAvailable();
        return DataSources.Open(data);
    }
}

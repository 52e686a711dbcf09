using System.Globalization;

namespace DenoisedSmoothing.Logs;

/// <summary>The TSV side of a log: its columns, and a line from an entry.</summary>
internal static class LogText
{
    public const string Idx = "idx", Label = "label", Predict = "predict", RadiusColumn = "radius", Correct = "correct", Time = "time";
    public const string N0 = "n0", N = "n", Selected = "selected", Count = "count", PALower = "pALower";

    /// <summary>The field's columns first, so that its scripts can read the file; ours after them.</summary>
    public static string Header(CertificationLogKind kind) => kind == CertificationLogKind.Certify
        ? string.Join('\t', Idx, Label, Predict, RadiusColumn, Correct, Time, N0, N, Selected, Count, PALower)
        : string.Join('\t', Idx, Label, Predict, Correct, Time, N, Selected, Count, "runnerUp", "runnerUpCount", "pValue");

    public static string Line(CertificationLogEntry entry)
    {
        string time = LogTime.Format(TimeSpan.FromSeconds(entry.Seconds));
        CertificationLogRow row = entry.ToRow();
        string predicted = Text(row.Predicted ?? -1), correct = row.Correct ? "1" : "0";
        return entry.Prediction is { } p
            ? string.Join(
                '\t', Text(row.Index), Text(row.Label), predicted, correct, time,
                Text(p.N), Text(p.TopLabel), Text(p.Votes[p.TopLabel]), Text(p.RunnerUpLabel), Text(p.Votes[p.RunnerUpLabel]),
                    Text(p.PValue))
            : string.Join(
                '\t', Text(row.Index), Text(row.Label), predicted, row.RadiusText, correct, time,
                Text(row.N0!.Value), Text(row.N!.Value), Text(row.SelectedLabel!.Value), row.Count is { } count ? Text(count) : "",
                Text(row.PALower!.Value));
    }

    /// <summary>
    /// The shortest digits that restore exactly the same double. A certified radius is further below the true one than these digits can be
    /// above the double, so nothing is overstated.
    /// </summary>
    public static string Radius(double radius) => Text(radius);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}

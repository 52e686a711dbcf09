using System.Globalization;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Audit;

/// <summary>Checks rows against one set of settings.</summary>
internal sealed class LogAuditCheck(LogAuditSettings settings, RadiusPrecision precision)
{
    private const double BoundSlack = 1e-9;

    private readonly RadiusLattice _lattice = new(settings.Rule, settings.N, settings.Alpha);

    public double Largest => _lattice.Largest;

    /// <summary>Rows that contradict themselves whatever the settings.</summary>
    public static IReadOnlyList<LogAuditFinding> StructuralFindings(IReadOnlyList<CertificationLogRow> rows) =>
        [.. rows.Where(Lies).Select(static row => new LogAuditFinding(row, "an abstention carries no radius"))];

    public IReadOnlyList<LogAuditFinding> Findings(IReadOnlyList<CertificationLogRow> rows)
    {
        List<LogAuditFinding> findings = [.. StructuralFindings(rows)];
        Dictionary<(bool, double, long?, long?, double?), bool> possible = [];
        foreach (CertificationLogRow row in rows)
        {
            if (Lies(row))
                continue;
            var key = (row.Abstained, row.Radius, row.N, row.Count, row.PALower);
            if (!possible.TryGetValue(key, out bool can))
                possible[key] = can = Possible(row);
            if (!can)
                findings.Add(new LogAuditFinding(row, Reason(row)));
        }

        return findings;
    }

    /// <summary>How many rows are impossible; counting ends once there are more than <paramref name="most"/>.</summary>
    public int Impossible(LogAuditRows rows, int most)
    {
        int impossible = 0;
        foreach ((CertificationLogRow row, int count) in rows.Groups)
        {
            if (!Lies(row) && !Possible(row))
                impossible += count;
            if (impossible > most)
                break;
        }

        return impossible;
    }

    public int CouldContradict(LogAuditRows rows) => rows.Groups.Sum(group => CouldContradict(group.Row) ? group.Count : 0);

    private static bool Lies(CertificationLogRow row) => row.Abstained && row.Radius > 0;

    /// <summary>A row with votes determines which radius it must have.</summary>
    private static bool KnowsVotes(CertificationLogRow row) => row is { N: not null, Count: not null };

    private bool Possible(CertificationLogRow row)
    {
        if (KnowsVotes(row))
        {
            if (row.N != settings.N || row.Count > row.N)
                return false;
            double bound = ClopperPearson.Lower(row.Count!.Value, settings.N, settings.Alpha), radius = _lattice.At(row.Count.Value);
            if (row.PALower is { } logged && Math.Abs(logged - bound) > BoundSlack)
                return false;
            return row.Abstained ? bound <= .5 : bound > .5 && Prints(radius, row.Radius);
        }

        (double low, double high) = precision.Interval(row.Radius);
        return row.Abstained || _lattice.Reaches(low, high);
    }

    private bool Prints(double radius, double printed)
    {
        (double low, double high) = precision.Interval(printed);
        return radius >= low && radius <= high;
    }

    private bool CouldContradict(CertificationLogRow row)
    {
        if (KnowsVotes(row))
            return true;
        if (row.Abstained)
            return false;
        if (precision.Full || row.Radius == 0)
            return true;
        double unit = precision.Unit(row.Radius);
        return !Reaches(row.Radius) || !Reaches(row.Radius + unit) || (row.Radius > 1.5 * unit && !Reaches(row.Radius - unit));
    }

    private bool Reaches(double printed)
    {
        (double low, double high) = precision.Interval(printed);
        return _lattice.Reaches(low, high);
    }

    private string Reason(CertificationLogRow row)
    {
        if (KnowsVotes(row))
        {
            return row.N != settings.N
                ? Text($"it took {row.N} votes, not {settings.N}")
                : row.Count > row.N
                    ? Text($"{row.Count} of {row.N} votes")
                    : string.Create(CultureInfo.InvariantCulture, $"{row.Count} of {row.N} votes give a bound of "
                        + $"{ClopperPearson.Lower(row.Count!.Value, settings.N, settings.Alpha):0.000000} and "
                        + $"{Radius(_lattice.At(row.Count.Value))}");
        }

        (double? below, double? above) = _lattice.Around(row.Radius);
        return (below, above) switch
        {
            (null, null) => "no count of votes certifies at all",
            ({ } largest, null) => Text($"above the largest possible radius, {Shown(largest)}"),
            (null, { } smallest) => Text($"below the smallest possible radius, {Shown(smallest)}"),
            ({ } under, { } over) => Text($"between the possible radii {Shown(under)} and {Shown(over)}"),
        };
    }

    private static string Radius(double radius) => radius == 0 ? "no radius" : Text($"the radius {Shown(radius)}");

    private static string Shown(double radius) => radius.ToString("G6", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

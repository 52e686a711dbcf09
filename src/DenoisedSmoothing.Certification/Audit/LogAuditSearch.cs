using System.Globalization;
using DenoisedSmoothing.Statistics;
using MathNet.Numerics.Distributions;

namespace DenoisedSmoothing.Audit;

/// <summary>Looks for the settings with which a log was really made: the usual ones, and those solved from its largest radii.</summary>
internal static class LogAuditSearch
{
    private const int Shown = 3, CountsBelowN = 6, GridPoints = 8, Weak = 4;

    private static readonly double[] UsualAlphas = [.1, .05, .025, .02, .01, .005, .002, .001, 5e-4, 2e-4, 1e-4, 1e-5, 1e-6];

    private static readonly long[] UsualN =
        [100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000];

    private static readonly double[] UsualSigmas = [.12, .125, .25, .5, .75, 1, 1.5, 2];

    public static IReadOnlyList<LogAuditExplanation> Run(LogAuditRows rows, LogAuditSettings claim, CancellationToken cancellationToken)
    {
        // One setting at a time; pairs only where no single one explains the log.
        IEnumerable<(LogAuditSettings, bool Cut)>[] rounds =
        [
            [
                .. Alphas(rows, claim).Select(alpha => (claim with
                {
                    Alpha = alpha,
                }, false)), .. Ns(rows, claim).Select(n => (claim with { N = n }, false)),
                .. UsualSigmas.Select(sigma => (claim with { Sigma = sigma }, false)), (claim, true),
            ],
            from alpha in UsualAlphas from n in UsualN select (claim with { Alpha = alpha, N = n }, false),
        ];
        List<LogAuditExplanation> found = [];
        foreach (IEnumerable<(LogAuditSettings Settings, bool Cut)> round in rounds)
        {
            foreach ((LogAuditSettings settings, bool cut) in round.Distinct().Where(candidate => candidate != (claim, false)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Try(rows, settings, cut, most: 0) is { } explanation)
                    found.Add(explanation);
            }

            if (found.Count > 0)
            {
                // Where almost nothing could contradict it, an explanation is worthless.
                int strongest = found.Max(static explanation => explanation.CouldContradict);
                return [.. found
                    .Where(explanation => explanation.CouldContradict >= strongest / Weak)
                    .OrderBy(static explanation => Digits(explanation.Settings))
                    .ThenBy(explanation => Distance(explanation.Settings, claim))
                    .Take(Shown)];
            }
        }

        int atClaim = new LogAuditCheck(claim, rows.Precision).Impossible(rows, int.MaxValue);
        foreach ((LogAuditSettings settings, bool cut) in rounds[0].Distinct())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Try(rows, settings, cut, most: atClaim - 1) is { } explanation)
                found.Add(explanation);
        }

        return [.. found.OrderBy(static explanation => explanation.Impossible).ThenBy(explanation => Distance(explanation.Settings, claim))
            .Take(Shown)];
    }

    private static LogAuditExplanation? Try(LogAuditRows rows, LogAuditSettings settings, bool cut, int most)
    {
        RadiusPrecision precision = rows.Precision with { Cut = cut };
        LogAuditCheck check = new(settings, precision);
        int impossible = check.Impossible(rows, most);
        if (impossible > most)
            return null;
        int couldContradict = check.CouldContradict(rows);
        return couldContradict == 0 ? null : new LogAuditExplanation(settings, cut, impossible, couldContradict);
    }

    /// <summary>The usual alphas, and those at which the largest radii come from n, n - 1, ... of n votes, or from known votes.</summary>
    private static IEnumerable<double> Alphas(LogAuditRows rows, LogAuditSettings claim)
    {
        IEnumerable<(double Radius, long Count)> guesses = rows.Groups
            .Where(group => group.Row is { Radius: > 0, Count: not null } && group.Row.N == claim.N && group.Row.Count <= claim.N)
            .Select(static group => (group.Row.Radius, group.Row.Count!.Value)).Take(Shown);
        if (!guesses.Any())
        {
            guesses = from radius in rows.LargestRadii
                      from below in Enumerable.Range(0, CountsBelowN)
                      where claim.N - below > 0
                      select (radius, claim.N - below);
        }

        return UsualAlphas.Concat(guesses.SelectMany(guess =>
        {
            (double low, double high) = rows.Precision.Interval(guess.Radius);
            return Between(AlphaOf(low, guess.Count, claim), AlphaOf(high, guess.Count, claim), least: 1e-12, most: .5);
        }));
    }

    /// <summary>The usual n, and those at which the largest radius comes from n of n votes, or those given in the rows.</summary>
    private static IEnumerable<long> Ns(LogAuditRows rows, LogAuditSettings claim)
    {
        IEnumerable<long> known = rows.Groups.Where(static group => group.Row.N is > 0).Select(static group => group.Row.N!.Value)
            .Distinct().Take(Shown);
        IEnumerable<long> solved = rows.LargestRadii.Take(1).SelectMany(radius =>
        {
            (double low, double high) = rows.Precision.Interval(radius);
            return Between(Most(low), Most(high), least: 1, most: 1e8).Select(static n => (long)Math.Round(n));
        });
        return UsualN.Concat(known.Where(static n => n <= ClopperPearson.MaxTrials)).Concat(solved);

        double Most(double radius) => Math.Log(claim.Alpha) / Math.Log(Normal.CDF(0, 1, radius / claim.Sigma));
    }

    /// <summary>The alpha at which a count's bound gives a radius: the tail at that bound.</summary>
    private static double AlphaOf(double radius, long count, LogAuditSettings claim)
    {
        double bound = Normal.CDF(0, 1, radius / claim.Sigma);
        return bound is > 0 and < 1 ? Math.Exp(BinomialTail.AtLeast(count, claim.N, bound).Value) : double.NaN;
    }

    /// <summary>
    /// The shortest decimal in an interval, and a few points spread over it; nothing where the interval lies outside the range.
    /// </summary>
    private static IEnumerable<double> Between(double low, double high, double least, double most)
    {
        if (!(low <= high && low >= least && high <= most))
            yield break;
        double middle = Math.Sqrt(low * high);
        for (int digits = 1; digits <= 15; digits++)
        {
            double rounded = PlainNumber.Parse(middle.ToString("E" + (digits - 1), CultureInfo.InvariantCulture), "A rounded number");
            if (rounded >= low && rounded <= high)
            {
                yield return rounded;
                break;
            }
        }

        for (int point = 0; point <= GridPoints; point++)
            yield return low * Math.Pow(high / low, (double)point / GridPoints);
    }

    /// <summary>People choose round numbers.</summary>
    private static int Digits(LogAuditSettings settings) => Significant(settings.Alpha) + Significant(settings.N);

    private static int Significant(double value) =>
        value.ToString("E14", CultureInfo.InvariantCulture).Split('E')[0].TrimEnd('0', '.').Length;

    private static double Distance(LogAuditSettings settings, LogAuditSettings claim) =>
        Math.Abs(Math.Log(settings.Alpha / claim.Alpha)) + Math.Abs(Math.Log((double)settings.N / claim.N))
            + Math.Abs(Math.Log(settings.Sigma / claim.Sigma));
}

using System.Globalization;
using DenoisedSmoothing.Planning;
using DenoisedSmoothing.Statistics;
using Spectre.Console;

namespace DenoisedSmoothing.Tool;

/// <summary>Tables of samples and times, by radius and true probability.</summary>
/// <param name="Sigma">The noise per pixel.</param>
/// <param name="Radii">The radii, rising.</param>
/// <param name="Probabilities">True probabilities of the label.</param>
/// <param name="Power">Probability of success.</param>
/// <param name="N0">Selection votes; null for each method's own number.</param>
/// <param name="N">Votes whose reach is shown.</param>
/// <param name="Alpha">Allowed probability of error.</param>
/// <param name="Budget">The most votes of a sequential run.</param>
/// <param name="Images">Images of the run.</param>
/// <param name="Output">Where results go.</param>
internal sealed record PlanRun(
    double Sigma, IReadOnlyList<double> Radii, IReadOnlyList<double> Probabilities, double Power, long? N0, long N, double Alpha,
        long Budget, int Images,
    TextWriter Output)
{
    private const long CohenN0 = 100;

    public void Execute(double? rate, CancellationToken cancellationToken)
    {
        double largest = CertifiedRadius.Largest(N, Alpha, Sigma);
        Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"With n = {N} at alpha = {Alpha} and sigma = {Sigma}, the largest radius is {Math.Floor(largest * 1e4) / 1e4:F4}: reached "
            + $"only where all votes agree."));
        if (rate is { } samples)
            Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Rate: {samples:F0} samples/s. n0 + n = {(N0 ?? CohenN0) + N} samples take {Time((N0 ?? CohenN0) + N, samples)} an "
                + $"image, {Time(((N0 ?? CohenN0) + N) * (double)Images, samples)} for {Images}."));
        foreach (double radius in Radii)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Line($"");
            Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Radius {radius}: needs a label of true probability above {SamplePlan.NeededProbability(radius, Sigma):F6}. n for "
                + $"power {Power} is cohen's, exact; sequential: mean votes at --target {radius}, --budget {Budget}."));
            Print(radius, rate, cancellationToken);
        }
    }

    private void Print(double radius, double? rate, CancellationToken cancellationToken)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("true pA", "n", "sequential votes", "its power");
        if (rate is not null)
            table.AddColumns("time an image", "sequential");
        for (int column = 0; column < table.Columns.Count; column++)
            table.Columns[column].RightAligned();
        SequentialCertifier? sequential = Sequential(radius);
        foreach (double pA in Probabilities)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long? n = SamplePlan.CohenVotes(radius, Sigma, pA, Alpha, Power);
            SequentialForecast? forecast = sequential is null ? null : SamplePlan.Sequential(sequential, Sigma, pA);
            List<string> row =
            [
                Text($"{pA}"), n is { } votes
                    ? Text($"{votes}")
                    : "never", forecast is null
                    ? "-"
                    : Text($"{forecast.MeanVotes:F0}"), forecast is null
                    ? "-"
                    : Text($"{Math.Floor(forecast.Power * 1e4) / 1e4:F4}"),
            ];
            if (rate is { } samples)
                row.AddRange([n is { } drawn
                    ? Time(drawn + (N0 ?? CohenN0), samples)
                    : "-", forecast is null
                    ? "-"
                    : Time(forecast.MeanVotes, samples)]);
            table.AddRow([.. row]);
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Output),
            ColorSystem = ColorSystemSupport.NoColors,
        });
        console.Profile.Width = Math.Max(console.Profile.Width, 100);
        console.Write(table);
    }

    // Beyond its budget a sequential run has no forecast.
    private SequentialCertifier? Sequential(double radius)
    {
        SequentialCertifier certifier = new(new SequentialOptions { Alpha = Alpha, TargetRadii = [radius], Budget = Budget, N0 = N0 });
        return radius <= certifier.LargestRadius(Sigma) ? certifier : null;
    }

    private static string Time(double samples, double rate)
    {
        double seconds = samples / rate;
        return seconds < 100 ? Text($"{seconds:G3} s") : seconds < 1e9 ? TimeSpan.FromSeconds(seconds)
            .ToString(seconds < 86400 ? @"h\:mm\:ss" : @"d\d\ h\:mm\:ss", CultureInfo.InvariantCulture) : "years";
    }

    private void Line(FormattableString text) => Output.WriteLine(Screen.Fold(Text(text), Screen.LineWidth));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

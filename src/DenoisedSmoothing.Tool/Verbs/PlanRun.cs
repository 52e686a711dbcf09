using System.Globalization;
using DenoisedSmoothing.Planning;
using DenoisedSmoothing.Statistics;
using Spectre.Console;

namespace DenoisedSmoothing.Tool;

/// <summary>Tables of samples and times, by radius and true probability.</summary>
/// <param name="Rule">The law of the noise.</param>
/// <param name="Radii">The radii, in increasing order.</param>
/// <param name="Probabilities">True probabilities of the label.</param>
/// <param name="Power">Probability of success.</param>
/// <param name="N0">Selection votes; null for each method's own number.</param>
/// <param name="N">The number of votes whose reach is shown.</param>
/// <param name="Alpha">Allowed probability of error.</param>
/// <param name="Budget">The most votes of a sequential run.</param>
/// <param name="Images">Images in the run.</param>
/// <param name="Output">Where results go.</param>
internal sealed record PlanRun(
    IRadiusRule Rule, IReadOnlyList<double> Radii, IReadOnlyList<double> Probabilities, double Power, long? N0, long N, double Alpha,
    long Budget, int Images, TextWriter Output)
{
    private const long CohenN0 = 100;

    public void Execute(double? rate, CancellationToken cancellationToken)
    {
        string norm = ReportText.Name(Rule.Norm);
        double largest = SamplePlan.LargestRadius(N, Rule, Alpha);
        string votes = string.Create(CultureInfo.InvariantCulture, $"With n = {N} at alpha = {Alpha} under {Rule.Description}, ");
        Line(largest > 0
            ? string.Create(CultureInfo.InvariantCulture,
                $"{votes}the largest {norm} radius is {Down(largest):F4}: reached only where all votes agree.")
            : $"{votes}nothing can be certified, even where all votes agree.");
        if (rate is { } samples)
        {
            double image = (N0 ?? CohenN0) + N;
            Line(string.Create(CultureInfo.InvariantCulture,
                $"Rate: {samples:F0} samples/s. n0 + n = {image} samples take {Time(image, samples)} per image, "
                + $"{Time(image * Images, samples)} for {Images}."));
        }

        foreach (double radius in Radii)
        {
            cancellationToken.ThrowIfCancellationRequested();
            double needed = SamplePlan.NeededProbability(radius, Rule);
            Output.WriteLine();
            Line(string.Create(CultureInfo.InvariantCulture,
                $"{norm} radius {radius}: needs a label of true probability above {needed:F6}. n for power {Power} is cohen's, exact; "
                + $"sequential: mean votes at --target {radius}, --budget {Budget}, and how often they certify it."));
            Print(radius, rate, cancellationToken);
        }
    }

    private void Print(double radius, double? rate, CancellationToken cancellationToken)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("true pA", "n", "sequential", "power");
        if (rate is not null)
            table.AddColumns("time per image", "sequential");
        for (int column = 0; column < table.Columns.Count; column++)
            table.Columns[column].RightAligned();
        SequentialCertifier? sequential = Sequential(radius);
        foreach (double pA in Probabilities)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long? n = SamplePlan.CohenVotes(radius, Rule, pA, Alpha, Power);
            SequentialForecast? forecast = sequential is null ? null : SamplePlan.Sequential(sequential, Rule, pA);
            List<string> row =
            [
                Text($"{pA}"),
                n is { } votes ? Text($"{votes}") : "never",
                forecast is null ? "-" : Text($"{forecast.MeanVotes:F0}"),
                forecast is null ? "-" : Text($"{Down(forecast.Power):F4}"),
            ];
            if (rate is { } samples)
            {
                row.Add(n is { } drawn ? Time(drawn + (N0 ?? CohenN0), samples) : "-");
                row.Add(forecast is null ? "-" : Time(forecast.MeanVotes, samples));
            }

            table.AddRow([.. row]);
        }

        Screen.Tables(Output).Write(table);
    }

    // Beyond its budget, a sequential run has no forecast.
    private SequentialCertifier? Sequential(double radius)
    {
        SequentialCertifier certifier = new(new SequentialOptions { Alpha = Alpha, TargetRadii = [radius], Budget = Budget, N0 = N0 });
        return radius <= certifier.LargestRadius(Rule) ? certifier : null;
    }

    private static double Down(double value) => Math.Floor(value * 1e4) / 1e4;

    private static string Time(double samples, double rate)
    {
        double seconds = samples / rate;
        return seconds < 100 ? Text($"{seconds:G3} s")
            : seconds < 1e9 ? TimeSpan.FromSeconds(seconds)
                .ToString(seconds < 86400 ? @"h\:mm\:ss" : @"d\d\ h\:mm\:ss", CultureInfo.InvariantCulture)
            : "years";
    }

    private void Line(string text) => Output.WriteLine(Screen.Fold(text, Screen.LineWidth));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

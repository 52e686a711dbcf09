using System.Globalization;
using DenoisedSmoothing.Planning;
using DenoisedSmoothing.Statistics;
using Spectre.Console;

namespace DenoisedSmoothing.Tool;

/// <summary>Tables of samples and times, by radius and true probability.</summary>
internal sealed class PlanRun(PlanJob job, TextWriter output)
{
    private const long CohenN0 = 100;

    public void Execute(double? rate, CancellationToken cancellationToken)
    {
        double largest = CertifiedRadius.Largest(job.N, job.Alpha, job.Sigma);
        Line($"With n = {job.N} at alpha = {job.Alpha} and sigma = {job.Sigma}, the largest radius is {Math.Floor(largest * 1e4) / 1e4:F4}: reached only where all votes agree.");
        if (rate is { } samples)
            Line($"Rate: {samples:F0} samples/s. n0 + n = {(job.N0 ?? CohenN0) + job.N} samples take {Time((job.N0 ?? CohenN0) + job.N, samples)} an image, {Time(((job.N0 ?? CohenN0) + job.N) * (double)job.Images, samples)} for {job.Images}.");
        foreach (double radius in job.Radii)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Line($"");
            Line($"Radius {radius}: needs a label of true probability above {SamplePlan.NeededProbability(radius, job.Sigma):F6}. n for power {job.Power} is cohen's, exact; sequential: mean votes at --target {radius}, --budget {job.Budget}.");
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
        foreach (double pA in job.Probabilities)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long? n = SamplePlan.CohenVotes(radius, job.Sigma, pA, job.Alpha, job.Power);
            SequentialForecast? forecast = sequential is null ? null : SamplePlan.Sequential(sequential, job.Sigma, pA);
            List<string> row =
            [
                Text($"{pA}"), n is { } votes ? Text($"{votes}") : "never", forecast is null ? "-" : Text($"{forecast.MeanVotes:F0}"), forecast is null ? "-" : Text($"{Math.Floor(forecast.Power * 1e4) / 1e4:F4}"),
            ];
            if (rate is { } samples)
                row.AddRange([n is { } drawn ? Time(drawn + (job.N0 ?? CohenN0), samples) : "-", forecast is null ? "-" : Time(forecast.MeanVotes, samples)]);
            table.AddRow([.. row]);
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), ColorSystem = ColorSystemSupport.NoColors });
        console.Profile.Width = Math.Max(console.Profile.Width, 100);
        console.Write(table);
    }

    // Beyond its budget a sequential run has no forecast.
    private SequentialCertifier? Sequential(double radius)
    {
        SequentialCertifier certifier = new(new SequentialOptions { Alpha = job.Alpha, TargetRadii = [radius], Budget = job.Budget, N0 = job.N0 });
        return radius <= certifier.LargestRadius(job.Sigma) ? certifier : null;
    }

    private static string Time(double samples, double rate)
    {
        double seconds = samples / rate;
        return seconds < 100 ? Text($"{seconds:G3} s") : seconds < 1e9 ? TimeSpan.FromSeconds(seconds).ToString(seconds < 86400 ? @"h\:mm\:ss" : @"d\d\ h\:mm\:ss", CultureInfo.InvariantCulture) : "years";
    }

    private void Line(FormattableString text) => output.WriteLine(Text(text));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

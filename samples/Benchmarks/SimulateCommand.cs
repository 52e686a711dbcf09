using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Benchmarks;

/// <summary>
/// The simulation of docs/statistics.md: millions of answers whose truth is known, over every certifier, mode, alpha and number of classes.
/// </summary>
internal static class SimulateCommand
{
    private static readonly int[] s_classes = [2, 10, 100];

    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(30);

    public static Command Create()
    {
        Option<long> answers = new("--answers")
        {
            Description = "Certificates and predictions in all, about",
            DefaultValueFactory = _ => 10_000_000,
        };
        Command command =
            new("simulate",
            "How often certifiers are wrong where the truth is known: the simulation of docs/statistics.md. Ends with 1 where one is "
                + "wrong too often.") { answers };
        command.SetAction(parsed => Run(parsed.GetValue(answers)));
        return command;
    }

    private static int Run(long answers)
    {
        Stopwatch clock = Stopwatch.StartNew(), sinceLine = Stopwatch.StartNew();
        Lock gate = new();
        long places = SimulatedMethod.All.Count * s_classes.Sum(classes => Truth.Of(classes).Count), runs = Math.Max(1, answers / places),
            done = 0;
        List<Simulation> all = [];
        Line($"| method | alpha | classes | answers | wrong / alpha | at the hardest truth |\n|---|---|---|---|---|---|");
        foreach (SimulatedMethod method in SimulatedMethod.All)
        {
            foreach (int classes in s_classes)
            {
                Simulation simulation = Simulation.Of(method, classes, runs, Report);
                all.Add(simulation);
                string verdict = simulation.IsPlausible ? "" : " TOO OFTEN";
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {method.Name} | {method.Alpha} | {classes} | {simulation.Runs} | "
                    + $"{Share(simulation.Wrong, simulation.Runs, method.Alpha)} | "
                    + $"{Share(simulation.WorstWrong, simulation.WorstRuns, method.Alpha)}{verdict} |"));
            }
        }

        List<TransferSimulation> transfers = Transfers(Math.Max(1, runs / 4));
        Line($"\n| transfer | alpha | transfers | wrong / alpha |\n|---|---|---|---|");
        foreach (TransferSimulation transfer in transfers)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {transfer.Name} | {transfer.Alpha:G3} | {transfer.Runs} | "
                + $"{Share(transfer.Wrong, transfer.Runs, transfer.Alpha)}{(transfer.IsPlausible ? "" : " TOO OFTEN")} |"));

        int unsound = all.Count(simulation => !simulation.IsPlausible) + transfers.Count(transfer => !transfer.IsPlausible);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"\n{all.Sum(simulation => simulation.Runs)} answers and {transfers.Sum(transfer => transfer.Runs)} transfers in "
            + $"{clock.Elapsed.TotalMinutes:F1} minutes; {unsound} rows are wrong too often."));
        return unsound == 0 ? 0 : 1;

        void Report(long block)
        {
            lock (gate)
            {
                done += block;
                if (sinceLine.Elapsed < s_every)
                    return;
                sinceLine.Restart();
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{done} of about {runs * places} answers, {clock.Elapsed.TotalMinutes:F1} minutes"));
            }
        }
    }

    private static List<TransferSimulation> Transfers(long runs)
    {
        List<TransferSimulation> all = [];
        foreach (double alpha in new[] { .001, .01, .05 })
        {
            foreach (PairTruth truth in PairTruth.All)
            {
                if (truth.Probability > .501)
                    all.Add(TransferSimulation.OfZeta(truth, 200, alpha, runs));
                foreach (ICertifier certifier in new ICertifier[] { new CohenCertifier(n0: 20, n: 500, alpha),
                    new MulticlassCertifier(n0: 20, n: 500, alpha) })
                    all.Add(TransferSimulation.Of(truth, certifier, alpha, 200, alpha, runs));
            }
        }

        return all;
    }

    private static string Share(long wrong, long runs, double alpha) =>
        (wrong / (double)runs / alpha).ToString("F3", CultureInfo.InvariantCulture);

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}

using System.CommandLine;
using DenoisedSmoothing.Cluster;

namespace DenoisedSmoothing.Tool;

/// <summary>The verb status: the progress of the runs in a queue.</summary>
internal static class StatusCommand
{
    private static readonly double[] s_radii = [0, 0.25, 0.5, 0.75, 1];
    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(5);

    public static Verb Create()
    {
        QueueOption queues = new();
        queues.Run.Description = "The run's name [default: all]";
        Option<double[]?> radii = ListOptions.Radii("--radii", "Radii at which certified accuracy is shown [default: 0,0.25,0.5,0.75,1]");
        Option<string> format = new("--format")
        {
            HelpName = "format",
            DefaultValueFactory = static _ => "text",
            Description = "text for people, or json: a line for each run",
        };
        format.AcceptOnlyFromAmong("text", "json");
        Option<int?> watch = new Option<int?>("--watch")
        {
            HelpName = "seconds",
            Description = "Repeat every so many seconds, until nothing is left to do",
        }
            .Within(new NumberRange<int>(1, 86400));
        Verb verb = new Verb(
            "status",
            "How far the runs of a queue are: images done, in progress, waiting and parked, the rate of the last five minutes, the "
                + "expected end, accuracy so far, and the workers. From any machine that reaches the queue.",
            ["status --queue runs.db", "status --queue postgres://me@db/runs --run photos --format json"],
            [(CommandLine.Done, "said"), (CommandLine.Failed, "there is no such queue or run"),
                (CommandLine.Cancelled, "stopped (Ctrl-C)")])
            .With(queues.All).With(new OptionGroup("Output", [radii, format, watch]));
        return verb.Does((parsed, cancellationToken) => RunAsync(parsed, cancellationToken).GetAwaiter().GetResult());

        async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            await using IWorkQueue queue = queues.Open(parsed);
            double[] shown = parsed.GetValue(radii) is { Length: > 0 } typed ? typed : s_radii;
            while (true)
            {
                IReadOnlyList<QueuedRun> runs = parsed.GetValue(queues.Run) is null
                    ? await queue.RunsAsync(cancellationToken)
                    : [await queues.FindAsync(parsed, queue, cancellationToken)];
                bool over = true;
                foreach (QueuedRun run in runs)
                {
                    QueueStatus status = await queue.StatusAsync(run, shown, s_window, cancellationToken);
                    over &= status.IsOver;
                    output.Write(parsed.GetValue(format) == "json" ? StatusReport.Json(status) + "\n" : StatusReport.Text(status));
                }

                if (runs.Count == 0)
                    output.WriteLine($"{queue.Name} has no run yet.");
                if (parsed.GetValue(watch) is not { } seconds || over)
                    return CommandLine.Done;
                await Task.Delay(TimeSpan.FromSeconds(seconds), cancellationToken);
            }
        }
    }
}

using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using DenoisedSmoothing.Cluster;
using DenoisedSmoothing.Experiments;

namespace DenoisedSmoothing.Tool;

/// <summary>The verb work: a worker for a queue.</summary>
internal sealed class WorkCommand
{
    private static readonly TimeSpan s_linesEvery = TimeSpan.FromSeconds(10);

    private readonly QueueOption _queue = new();
    private readonly ModelOptions _models = new();
    private readonly DataOptions _data = new();

    private readonly Option<double> _lease = new Option<double>("--lease")
    {
        HelpName = "seconds",
        DefaultValueFactory = static _ => 120,
        Description = "How long the images of a lost worker wait before another takes them",
    }
        .Within(new(1, 86400));

    private readonly Option<double> _patience = new Option<double>("--patience")
    {
        HelpName = "seconds",
        DefaultValueFactory = static _ => 300,
        Description = "How long to wait for a database that does not answer, or restarts",
    }
        .Within(new(1, 86400));

    private readonly Option<bool> _retry = new("--retry-poisoned")
    {
        Description = "Try parked images again; the noise is the same, so it is not a second draw",
    };

    public static Verb Create()
    {
        WorkCommand command = new();
        Verb verb = new Verb(
            "work",
            "Works on a run of a queue until nothing is left: start it as often as there are machines or devices, and stop it at any time. "
                + "It sets itself up as the run was put in; files and the device may be different ones here, as long as they are the same "
                + "models and images, and a worker whose settings differ from the run's is refused.",
            [
                "work --queue runs.db",
                "work --queue postgres://me@db/runs --run photos --device cuda:1 --data-path /scratch/imagenet",
            ],
            Verb.ExitCodesOfARun)
            .With(new OptionGroup("Queue",
                [command._queue.Queue, command._queue.Run, command._lease, command._patience, command._retry]))
            .With(command._models.All).With(new OptionGroup("Images", [command._data.Path]));
        return verb.Does((parsed, cancellationToken) => command.RunAsync(parsed, cancellationToken).GetAwaiter().GetResult());
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        await using IWorkQueue queue = _queue.Open(parsed, TimeSpan.FromSeconds(parsed.GetValue(_patience)));
        QueuedRun run = await _queue.FindAsync(parsed, queue, cancellationToken);
        using SmoothingSetup setup = StoredCommand.Parse(run.Command, run.Settings.Kind)
            .With(parsed, [_queue.Queue, _queue.Run, _lease, _patience, _retry]).Setup();
        using CertificationSession session = setup.Run.Open();
        run.Require(session.Settings);
        if (parsed.GetValue(_retry))
            await queue.RetryPoisonedAsync(run, cancellationToken);

        QueueWorker worker = new(queue, run, (images, stop) => session.Work(images, progress: null, stop),
            new WorkerOptions { Lease = TimeSpan.FromSeconds(parsed.GetValue(_lease)) });
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Run '{run.Name}' of {queue.Name}: {setup.Description}; worker {worker.Name.Id} in process {worker.Name.Process}"));
        long finished = 0;
        Stopwatch clock = Stopwatch.StartNew(), sinceLine = Stopwatch.StartNew();
        WorkSummary summary = await worker.RunAsync(outcome =>
        {
            finished++;
            if (outcome.Error is { } failed)
                parsed.InvocationConfiguration.Error.WriteLine(Advice.Of(Text($"Image {outcome.Index} failed: {failed.Message}")));
            if (outcome.Skipped is { } skipped)
                parsed.InvocationConfiguration.Error.WriteLine($"Skipped: {skipped.Reason}");
            if (sinceLine.Elapsed < s_linesEvery)
                return;
            sinceLine.Restart();
            output.WriteLine(Text($"{finished} images here, {finished / clock.Elapsed.TotalSeconds:G3} per second"));
        }, cancellationToken);
        output.WriteLine(Text($"{summary.Finished} images here")
            + (summary.Failed > 0 ? Text($", {summary.Failed} failed") : "")
            + (summary.TooLate > 0 ? Text($", {summary.TooLate} came too late and were done by others") : "") + ". Nothing is left.");
        return CommandLine.Done;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

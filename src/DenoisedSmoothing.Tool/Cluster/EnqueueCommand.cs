using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using DenoisedSmoothing.Cluster;
using DenoisedSmoothing.Experiments;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool;

/// <summary>The verb enqueue: puts a run into a queue.</summary>
internal sealed class EnqueueCommand
{
    private readonly QueueOption _queue = new();
    private readonly Option<string> _kind = new("--kind")
    {
        HelpName = "verb",
        DefaultValueFactory = static _ => "certify",
        Description = "The verb to run, whose options follow: certify or predict",
    };

    private readonly SamplingOptions _sampling = new();

    private EnqueueCommand()
    {
        _queue.Run.Required = true;
        _queue.Run.Description = "The run's name in the queue";
        _kind.AcceptOnlyFromAmong("certify", "predict");
    }

    public static Verb Create()
    {
        EnqueueCommand command = new();
        Verb verb = new Verb(
            "enqueue",
            "Puts a run into a queue, from which any number of workers (dds work) take its images. It takes the options of certify or "
                + "predict; a seed is drawn where none is given, and kept with the run. A run that is there stays as it is: adding the "
                + "same one again changes nothing, and another under its name is refused.",
            [
                "enqueue --queue runs.db --run first --sigma 0.5 --n 1000 --max 20",
                "enqueue --queue postgres://me@db/runs --run photos --pair imagenet --denoiser-file 256x256_diffusion_uncond.pt "
                    + "--classifier-file beit.pth --data folder --data-path imagenet --sigma 0.5 --n 10000 --batch 64",
            ],
            [(CommandLine.Done, "it is in the queue"), (CommandLine.Failed, "refused; the message says why"),
                (CommandLine.Cancelled, "stopped (Ctrl-C)")])
            .With(new OptionGroup("Queue", [command._queue.Queue, command._queue.Run, command._kind]));
        return new SmoothingVerb(CertificationLogKind.Certify).OptionsOf(verb).Does((parsed, cancellationToken) =>
            command.RunAsync(parsed, cancellationToken).GetAwaiter().GetResult());
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        TextWriter output = parsed.InvocationConfiguration.Output, error = parsed.InvocationConfiguration.Error;
        string name = parsed.GetRequiredValue(_queue.Run)!;
        CertificationLogKind kind = parsed.GetValue(_kind) == "predict" ? CertificationLogKind.Predict : CertificationLogKind.Certify;
        StoredCommand command = StoredCommand.Of(kind, parsed, [_queue.Queue, _queue.Run, _kind]);
        await using IWorkQueue queue = _queue.Open(parsed);
        await queue.CreateAsync(cancellationToken);
        IReadOnlyList<QueuedRun> runs = await queue.RunsAsync(cancellationToken);
        if (parsed.GetResult(_sampling.Seed.Name) is null)
            command = command.With(_sampling.Seed, SeedOf(runs.SingleOrDefault(run => run.Name == name)));

        using SmoothingSetup setup = command.Setup();
        using CertificationSession session = setup.Run.Open();
        foreach (string warning in session.Warnings)
            error.WriteLine(Advice.Of(warning));
        (QueuedRun queued, bool added) = await queue.EnqueueAsync(new QueuedRun
        {
            Name = name,
            Settings = session.Settings,
            Command = command.ToJson(),
        }, [.. session.Left], cancellationToken);

        foreach (QueuedRun other in runs.Where(run => DiffersInSeedAlone(run.Settings, session.Settings)))
            error.WriteLine($"The run '{other.Name}' differs only in its seed: keeping the better of the two would void alpha.");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{queue.Name}: run '{name}' {(added ? "is in" : "was in already, and stays as it is")}: {setup.Description}, ")
            + string.Create(CultureInfo.InvariantCulture,
                $"{queued.Images} images, seed {queued.Settings.Settings[CertificationLogMeta.SeedSetting]}"));
        return CommandLine.Done;
    }

    // The same run again keeps the seed it began with; a new run gets a fresh one.
    private static string SeedOf(QueuedRun? there) => there?.Settings.Settings.GetValueOrDefault(CertificationLogMeta.SeedSetting)
        ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))).ToString(CultureInfo.InvariantCulture);

    private static bool DiffersInSeedAlone(CertificationLogMeta one, CertificationLogMeta other) =>
        one.DifferencesTo(other) is [var difference]
        && difference.StartsWith($"{CertificationLogMeta.SeedSetting}:", StringComparison.Ordinal);
}

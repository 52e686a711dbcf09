using System.CommandLine;
using System.Globalization;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Experiments;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Soft;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tool;

/// <summary>What certify and predict have in common: they draw the same votes for different questions.</summary>
/// <param name="kind">Which of the two.</param>
internal sealed class SmoothingVerb(CertificationLogKind kind)
{
    private readonly ModelOptions _models = new(severalDevices: true);
    private readonly DataOptions _data = new();
    private readonly StrategyOptions _strategy = new();
    private readonly SamplingOptions _sampling = new();
    private readonly CertifierOptions _certifier = new(predicts: kind == CertificationLogKind.Predict);
    private readonly OutputOptions _output = new();

    /// <summary>Gives a verb these options and its action.</summary>
    public Verb Of(Verb verb)
    {
        verb.With(_models.All).With(_data.All).With(_strategy.All).With(_sampling.All).With(_certifier.All).With(_output.All);
        _data.RequireSeedForShards(verb, _sampling.Seed);
        return verb.Does(Run);
    }

    /// <summary>Gives a verb the options that decide answers: all except the log's, and without shards.</summary>
    public Verb OptionsOf(Verb verb) => verb.With(_models.All).With(_data.Whole).With(_strategy.All).With(_sampling.All)
        .With(_certifier.All);

    /// <summary>Reads options, and opens models and images: a run without a log.</summary>
    /// <param name="parsed">A command line of these options.</param>
    public SmoothingSetup Setup(ParseResult parsed)
    {
        ModelChoice choice = _models.Read(parsed);
        DataChoice data = _data.Read(parsed, choice.Pair);
        StrategyChoice strategy = _strategy.Read(parsed);
        SoftCertifier? soft = _certifier.Soft(parsed);
        ICertifier? certifier = soft is null ? _certifier.Read(parsed) : null;
        double sigma = parsed.GetValue(_sampling.Sigma);
        ISmoothingNoise noise = _sampling.Noise(parsed);

        IImageDataset images = DataSources.Open(data);
        LoadedReplicas replicas = LoadedReplicas.Load(choice);
        try
        {
            LoadedModels models = replicas.First;
            models.Tell(parsed.InvocationConfiguration.Error);
            IReadOnlyList<BaseClassifierReplica> smoothed =
                replicas.BaseClassifiers(loaded => Strategies.BaseClassifier(loaded, strategy, sigma));
            return new SmoothingSetup(replicas, strategy, sigma, new CertificationRun
            {
                Kind = kind,
                Images = images,
                Range = data.Range,
                Preprocess = models.Preprocess,
                SkipUnreadable = data.SkipCorrupt,
                BaseClassifier = smoothed[0].BaseClassifier,
                MoreReplicas = [.. smoothed.Skip(1)],
                Models = models.Name,
                Noise = noise,
                Certifier = certifier,
                Soft = soft,
                Batch = parsed.GetValue(_sampling.Batch),
                Device = smoothed[0].Device,
                Seed = parsed.GetValue(_sampling.Seed),
            });
        }
        catch
        {
            replicas.Dispose();
            throw;
        }
    }

    private int Run(ParseResult parsed, CancellationToken cancellationToken)
    {
        TextWriter output = parsed.InvocationConfiguration.Output, error = parsed.InvocationConfiguration.Error;
        string? log = _output.Read(parsed);
        using SmoothingSetup setup = Setup(parsed);
        using CertificationSession session = (setup.Run with
        {
            LogPath = log,
            Resume = parsed.GetValue(_output.Resume),
        }).Open();
        foreach (string warning in session.Warnings)
            error.WriteLine(Advice.Of(warning));

        RunView view = new(output, setup.Run.Images, kind, session.Total, FixedVotes(session.VotesPerImage), printImages: log is null);
        view.Header(string.Create(CultureInfo.InvariantCulture,
            $"{setup.Description}, {session.Left.Count} of {session.Total} images to do{setup.OnDevices}")
            + (session.Seed is { } seed ? string.Create(CultureInfo.InvariantCulture, $", seed {seed}") : ""));
        view.Already(session.Finished);
        view.Show(progress =>
        {
            foreach (RunOutcome outcome in session.Run(progress, skipped =>
                error.WriteLine($"Skipped: {skipped.Reason}"), cancellationToken))
                view.Finished(outcome);
        });
        view.Summary(log);
        return CommandLine.Done;
    }

    private static long? FixedVotes(VoteRange votes) => votes.Fewest == votes.Most ? votes.Most : null;
}

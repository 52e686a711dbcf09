using System.CommandLine;
using System.Globalization;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Experiments;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tool;

/// <summary>What certify and predict have in common: they draw the same votes for different questions.</summary>
/// <param name="kind">Which of the two.</param>
internal sealed class SmoothingVerb(CertificationLogKind kind)
{
    private readonly ModelOptions _models = new();
    private readonly DataOptions _data = new();
    private readonly StrategyOptions _strategy = new();
    private readonly SamplingOptions _sampling = new();
    private readonly CertifierOptions _certifier = new(predicts: kind == CertificationLogKind.Predict);
    private readonly OutputOptions _output = new();

    /// <summary>Gives a verb these options, and lets it do what they say.</summary>
    public Verb Of(Verb verb)
    {
        verb.With(_models.All).With(_data.All).With(_strategy.All).With(_sampling.All).With(_certifier.All).With(_output.All);
        _data.RequireSeedForShards(verb, _sampling.Seed);
        return verb.Does(Run);
    }

    private int Run(ParseResult parsed, CancellationToken cancellationToken)
    {
        TextWriter output = parsed.InvocationConfiguration.Output, error = parsed.InvocationConfiguration.Error;
        ModelChoice choice = _models.Read(parsed);
        DataChoice data = _data.Read(parsed, choice.Pair);
        StrategyChoice strategy = _strategy.Read(parsed);
        ICertifier certifier = _certifier.Read(parsed);
        string? log = _output.Read(parsed);
        double sigma = parsed.GetValue(_sampling.Sigma);
        ISmoothingNoise noise = _sampling.Noise(parsed);

        IImageDataset images = DataSources.Open(data);
        using LoadedModels models = PairLoader.Load(choice);
        models.Tell(error);
        using CertificationSession session = new CertificationRun
        {
            Kind = kind,
            Images = images,
            Range = data.Range,
            Preprocess = models.Preprocess,
            SkipUnreadable = data.SkipCorrupt,
            BaseClassifier = Strategies.BaseClassifier(models, strategy, sigma),
            Models = models.Name,
            Noise = noise,
            Certifier = certifier,
            Batch = parsed.GetValue(_sampling.Batch),
            Device = choice.Device,
            Seed = parsed.GetValue(_sampling.Seed),
            LogPath = log,
            Resume = parsed.GetValue(_output.Resume),
        }.Open();
        foreach (string warning in session.Warnings)
            error.WriteLine(Advice.Of(warning));

        RunView view = new(output, images, kind, session.Total, FixedVotes(session.VotesPerImage), printImages: log is null);
        view.Header(string.Create(CultureInfo.InvariantCulture,
            $"{models.Name}, {Strategies.KindOf(models, strategy)}, sigma {sigma}{Norm(noise)}, {certifier.Method}, "
                + $"{session.Left.Count} of {session.Total} images to do")
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

    // Of Gaussian noise, the usual one, nothing is said.
    private static string Norm(ISmoothingNoise noise) =>
        noise.Norm == DenoisedSmoothing.Norm.L2 ? "" : $", {ReportText.Name(noise.Norm)}: {noise.Version}";

    private static long? FixedVotes(VoteRange votes) => votes.Fewest == votes.Most ? votes.Most : null;
}

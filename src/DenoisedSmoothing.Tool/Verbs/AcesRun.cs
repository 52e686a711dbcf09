using System.Globalization;
using DenoisedSmoothing.Aces;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Experiments;
using DenoisedSmoothing.Noise;

namespace DenoisedSmoothing.Tool;

/// <summary>Certifies what a model is sure of, and leaves the rest to a core model: a row for each image.</summary>
internal sealed record AcesRun
{
    private static readonly double[] s_radii = [0, .25, .5, .75, 1];

    /// <summary>The certification model.</summary>
    public required ModelChoice Models { get; init; }

    public required DataChoice Data { get; init; }

    /// <summary>What is put in front of the certification model, and of the selector.</summary>
    public required StrategyChoice Strategy { get; init; }

    public required double Sigma { get; init; }

    public required int Batch { get; init; }

    /// <summary>Key of the noise; null for that of resumed rows, or a fresh one.</summary>
    public ulong? Seed { get; init; }

    /// <summary>For selection and label each, at half of alpha.</summary>
    public required CohenCertifier Certifier { get; init; }

    public required AcesSelection Selection { get; init; }

    /// <summary>What answers the images that are not selected.</summary>
    public required AcesCore Core { get; init; }

    /// <summary>The rows to write.</summary>
    public required string Out { get; init; }

    /// <summary>Whether rows that are there are continued.</summary>
    public bool Resume { get; init; }

    public required TextWriter Output { get; init; }

    public required TextWriter Error { get; init; }

    public int Execute(CancellationToken cancellationToken)
    {
        if (!Resume && new FileInfo(Out) is { Exists: true, Length: > 0 })
            throw new IOException($"{Out} is there already and will not be overwritten: "
                + "continue it with --resume, or choose another name.");
        IImageDataset images = DataSources.Open(Data);
        using LoadedReplicas replicas = LoadedReplicas.Load(Models);
        replicas.First.Tell(Output);
        using LoadedParts owned = new();
        using AcesSession session = Run(images, replicas, owned).Open();
        foreach (string warning in session.Warnings)
            Error.WriteLine(Advice.Of(warning));
        Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{replicas.First.Name}, {Strategies.KindOf(replicas.First, Strategy)}, sigma {Sigma}, {Selection.Words}, {Certifier.Method} ")
            + string.Create(CultureInfo.InvariantCulture,
                $"twice, {session.Left.Count} of {session.Total} images to do{replicas.OnDevices}, seed {session.Seed}"));
        List<AcesRow> rows = [.. session.Finished, .. session.Run(new ProgressLines(Output, session.Left.Count), cancellationToken)];
        Summary(rows);
        Output.WriteLine($"Rows: {Out}");
        return CommandLine.Done;
    }

    private AcesCertificationRun Run(IImageDataset images, LoadedReplicas replicas, LoadedParts owned)
    {
        LoadedModels models = replicas.First;
        IReadOnlyList<BaseClassifierReplica> certified = replicas.BaseClassifiers(its => Strategies.BaseClassifier(its, Strategy, Sigma));
        IReadOnlyList<BaseClassifierReplica> selectors = replicas.BaseClassifiers((its, device) =>
            Strategies.BaseClassifier(its.With(Selection.Of(its, Models, device, owned)), Strategy, Sigma));
        return new AcesCertificationRun
        {
            Certification = new CertificationRun
            {
                Images = images,
                Range = Data.Range,
                Preprocess = models.Preprocess,
                BaseClassifier = certified[0].BaseClassifier,
                MoreReplicas = [.. certified.Skip(1)],
                Models = models.Name,
                Noise = new GridGaussianNoise(Sigma),
                Certifier = Certifier,
                Batch = Batch,
                Device = certified[0].Device,
                Seed = Seed,
                LogPath = Out,
                Resume = Resume,
            },
            Selector = selectors[0].BaseClassifier,
            MoreSelectors = [.. selectors.Skip(1)],
            Selection = Selection.Word,
            Core = Core.Of(models, Models.Device, owned),
        };
    }

    private void Summary(List<AcesRow> rows)
    {
        double count = rows.Count;
        Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{rows.Count} images, selected by {Selection.Words}: {100 * rows.Count(static its => its.Correct) / count:F2}% right, ")
            + string.Create(CultureInfo.InvariantCulture,
                $"{Share(AcesOutcome.Certified):F2}% certified, {Share(AcesOutcome.Core):F2}% left to the core, ")
            + string.Create(CultureInfo.InvariantCulture, $"{Share(AcesOutcome.Agreed):F2}% agreed, ")
            + string.Create(CultureInfo.InvariantCulture, $"{Share(AcesOutcome.Abstained):F2}% abstained"));
        foreach (double radius in s_radii)
        {
            int certified = rows.Count(its => its is { Outcome: AcesOutcome.Certified, Correct: true } && its.Radius >= radius);
            Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  certified and right at radius {radius:F2}: {100 * certified / count:F2}%"));
        }

        double Share(AcesOutcome outcome) => 100 * rows.Count(its => its.Outcome == outcome) / count;
    }
}

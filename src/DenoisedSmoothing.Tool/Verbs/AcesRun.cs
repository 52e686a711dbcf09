using System.Globalization;
using DenoisedSmoothing.Aces;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Experiments;
using TorchSharp;

namespace DenoisedSmoothing.Tool;

/// <summary>Certifies what a model is sure of, and leaves the rest to a core model: a row for each image.</summary>
/// <param name="Models">The certification model.</param>
/// <param name="Data">The images.</param>
/// <param name="Strategy">What is put in front of it.</param>
/// <param name="Sigma">The noise level.</param>
/// <param name="Batch">Rows of every pass.</param>
/// <param name="Seed">Key of the noise; null for a fresh one.</param>
/// <param name="Certifier">For selection and label each, at half of alpha.</param>
/// <param name="Threshold">Of the entropy.</param>
/// <param name="CoreFile">The core model; null for the certification model's classifier.</param>
/// <param name="CoreNetwork">What its weights belong to; null where the file says it.</param>
/// <param name="Out">The rows to write.</param>
/// <param name="Output">Where the summary goes.</param>
/// <param name="Error">Where warnings go.</param>
internal sealed record AcesRun(
    ModelChoice Models, DataChoice Data, StrategyChoice Strategy, double Sigma, int Batch, ulong? Seed, CohenCertifier Certifier,
    double Threshold, string? CoreFile, string? CoreNetwork, string Out, TextWriter Output, TextWriter Error)
{
    private static readonly double[] s_radii = [0, .25, .5, .75, 1];

    public int Execute(CancellationToken cancellationToken)
    {
        if (File.Exists(Out))
            throw new IOException($"{Out} is there already and will not be overwritten: choose another name.");
        IImageDataset raw = DataSources.Open(Data);
        using LoadedReplicas replicas = LoadedReplicas.Load(Models);
        LoadedModels models = replicas.First;
        models.Tell(Output);
        IImageDataset images = models.Preprocess is { } preprocess ? raw.Prepared(preprocess) : raw;
        using LoadedParts owned = new();
        AcesClassifier aces = Join(replicas, owned);
        List<(int Label, AcesCertificate Answer)> answers = [];
        using (StreamWriter rows = new(new FileStream(Out, FileMode.CreateNew)))
        {
            rows.WriteLine("idx\tlabel\tanswer\tradius\toutcome\tcorrect\tcore\tselected\tselected_radius\tcertified\tcertified_radius");
            foreach (int index in Data.Range.Indices(images.Count))
            {
                using torch.Tensor pixels = images.Image(index).to(LibTorch.DeviceNamed(Models.Device));
                AcesCertificate answer = aces.Certify(new(pixels, index), cancellationToken);
                answers.Add((images.Label(index), answer));
                rows.WriteLine(Row(index, images.Label(index), answer));
                rows.Flush(); // what is finished is kept
            }
        }

        Summary(answers);
        return CommandLine.Done;
    }

    private AcesClassifier Join(LoadedReplicas replicas, LoadedParts owned)
    {
        LoadedModels models = replicas.First;
        IClassifier core = models.Classifier;
        if (CoreFile is not null)
        {
            (core, _, IDisposable part) = ModelFiles.Classifier(new ModelChoice
            {
                Classifier = new ClassifierChoice { File = CoreFile, Network = CoreNetwork, Weights = new() { Part = "classifier" } },
                Denoiser = new DenoiserChoice { Weights = new() { Part = "denoiser" } },
                Device = Models.Device,
            });
            owned.Add(part);
        }

        SmoothedClassifier selector = Smoothed(replicas, Selecting), certified = Smoothed(replicas, static its => its);
        foreach (string warning in certified.Warnings)
            Error.WriteLine(Advice.Of(warning));
        Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{models.Name}, {Strategies.KindOf(models, Strategy)}, sigma {Sigma}, entropy up to {Threshold}, {Certifier.Method} twice")
            + replicas.OnDevices);
        return new AcesClassifier(selector, certified, core);
    }

    private SmoothedClassifier Smoothed(LoadedReplicas replicas, Func<LoadedModels, LoadedModels> change)
    {
        IReadOnlyList<BaseClassifierReplica> all =
            replicas.BaseClassifiers(models => Strategies.BaseClassifier(change(models), Strategy, Sigma));
        return new SmoothedClassifier([.. all.Select(static replica => replica.BaseClassifier)], Sigma, Certifier, new SmoothingOptions
        {
            Batch = Batch,
            Seed = Seed,
            Devices = [.. all.Select(static replica => replica.Device)],
        });
    }

    private LoadedModels Selecting(LoadedModels models) => new()
    {
        Name = models.Name,
        Classifier = new EntropySelector(models.Classifier, Threshold),
        Diffusion = models.Diffusion,
        OwnDenoiser = models.OwnDenoiser,
        Between = models.Between,
        Card = models.Card,
        Trained = models.Trained,
    };

    private void Summary(List<(int Label, AcesCertificate Answer)> answers)
    {
        double count = answers.Count;
        if (answers.Count == 0)
        {
            Output.WriteLine("No image was in the range.");
            return;
        }

        int right = answers.Count(its => its.Answer.Label == its.Label);
        Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{answers.Count} images: {100 * right / count:F2}% right, {Share(AcesOutcome.Certified):F2}% certified, ")
            + string.Create(CultureInfo.InvariantCulture,
                $"{Share(AcesOutcome.Core):F2}% left to the core, {Share(AcesOutcome.Abstained):F2}% abstained"));
        foreach (double radius in s_radii)
        {
            int certified = answers.Count(its => its.Answer.Outcome == AcesOutcome.Certified && its.Answer.Label == its.Label
                && its.Answer.Radius >= radius);
            Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  certified and right at radius {radius:F2}: {100 * certified / count:F2}%"));
        }

        double Share(AcesOutcome outcome) => 100 * answers.Count(its => its.Answer.Outcome == outcome) / count;
    }

    private static string Row(int index, int label, AcesCertificate answer) => string.Create(CultureInfo.InvariantCulture,
        $"{index}\t{label}\t{Text(answer.Label)}\t{answer.Radius:R}\t{answer.Outcome}\t{(answer.Label == label ? 1 : 0)}\t")
        + string.Create(CultureInfo.InvariantCulture,
            $"{answer.CoreLabel}\t{Text(answer.Selection.Label)}\t{answer.Selection.Radius:R}\t{Text(answer.Certification.Label)}\t")
        + string.Create(CultureInfo.InvariantCulture, $"{answer.Certification.Radius:R}");

    private static string Text(int? label) => label?.ToString(CultureInfo.InvariantCulture) ?? "-";
}

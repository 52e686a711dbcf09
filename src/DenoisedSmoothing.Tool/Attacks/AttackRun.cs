using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Experiments;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Training.Attacks;
using TorchSharp;

namespace DenoisedSmoothing.Tool;

/// <summary>Certifies images and attacks each: within its certified radius by every attack, beyond it by the first.</summary>
internal sealed record AttackRun
{
    private const string SeedSetting = "seed";

    public required IImageDataset Images { get; init; }

    public required DatasetRange Range { get; init; }

    /// <summary>The base classifier on every device: all draw votes, and the first is attacked.</summary>
    public required IReadOnlyList<BaseClassifierReplica> Replicas { get; init; }

    public required ISmoothingNoise Noise { get; init; }

    public required ICertifier Certifier { get; init; }

    public required AttackChoice Attacks { get; init; }

    public required int Batch { get; init; }

    /// <summary>
    /// The key of certificates and attacks; null means that of a resumed log, or a fresh one. Judgements always have fresh ones.
    /// </summary>
    public ulong? Seed { get; init; }

    public string? LogPath { get; init; }

    public bool Resume { get; init; }

    private IBaseClassifier BaseClassifier => Replicas[0].BaseClassifier;

    private string Device => Replicas[0].Device;

    /// <summary>The judge's statistics; each false alarm has the probability of its alpha.</summary>
    public ICertifier Judge => new SequentialCertifier(new SequentialOptions
    {
        Alpha = Attacks.JudgeAlpha,
        PredictBudget = Attacks.JudgeVotes,
    });

    /// <summary>Runs in the order of the indices; each image is in the log before it is returned.</summary>
    /// <param name="doing">Receives what is about to be done.</param>
    /// <param name="soFar">Receives the results for the current image, after each attack within its certified radius.</param>
    /// <param name="cancellationToken">Stops between batches; images already in the log stay there.</param>
    public IEnumerable<AttackRecord> Run(Action<string> doing, Action<AttackRecord> soFar, CancellationToken cancellationToken)
    {
        ulong seed = Seed ?? BegunWith() ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        using AttackLog? log = LogPath is null ? null : AttackLog.Open(LogPath, Settings(seed), Resume);
        foreach (AttackRecord record in log?.Finished ?? [])
            yield return record;

        SmoothingOptions options = new() { Batch = Batch, Devices = [.. Replicas.Select(static replica => replica.Device)] };
        IBaseClassifier[] replicas = [.. Replicas.Select(static replica => replica.BaseClassifier)];
        SmoothedClassifier smoothed = new(replicas, Noise, Certifier, options with { Seed = seed }),
            judge = new(replicas, Noise, Judge, options);
        AttackTrial trial = new(() => new AttackTarget(BaseClassifier, Noise)
        {
            Budget = Attacks.Votes ?? long.MaxValue,
            Batch = Batch,
            Cancellation = cancellationToken,
        }, judge, unchecked((int)seed));
        int last = log?.Finished.LastOrDefault()?.Index ?? -1;
        foreach (int index in Range.Indices(Images.Count).Where(index => index > last))
        {
            using torch.Tensor image = Images.Image(index);
            AttackRecord record = Attack(index, image, smoothed, judge, trial, doing, soFar, cancellationToken);
            log?.Append(record);
            yield return record;
        }
    }

    private AttackRecord Attack(int index, torch.Tensor image, SmoothedClassifier smoothed, SmoothedClassifier judge, AttackTrial trial,
        Action<string> doing, Action<AttackRecord> soFar, CancellationToken cancellationToken)
    {
        Stopwatch clock = Stopwatch.StartNew();
        doing("certifying");
        Certificate certificate = smoothed.Certify(new SmoothingImage(image, index), cancellationToken);
        Prediction? clean = certificate.Abstained ? judge.Predict(image, cancellationToken) : null;
        AttackRecord record = new(index, Images.Label(index), 0, certificate, [], [], clean);
        using torch.Tensor there = image.to(LibTorch.DeviceNamed(Device));

        List<AttackOutcome> inside = [], beyond = [];
        foreach (string name in certificate is { Label: not null, Radius: > 0 } ? Attacks.Names : [])
        {
            doing(Text($"{name} within the certified radius {certificate.Radius:F3}"));
            inside.Add(trial.TryCertificate(Create(name, certificate), there, certificate, index, cancellationToken));
            soFar(record with { Inside = [.. inside] });
        }

        record = record with { Inside = inside };
        // A wrong answer is already lost, at every radius.
        foreach (double radius in record.Answer == record.Label ? Attacks.Beyond.Where(radius => radius > certificate.Radius) : [])
        {
            if (inside.Concat(beyond).Any(outcome => outcome.Verdict == AttackVerdict.Changed))
                break;
            doing(Text($"{Attacks.Names[0]} within {radius}"));
            beyond.Add(trial.TryRadius(Create(Attacks.Names[0], certificate), there, record.Label, radius, index, cancellationToken));
        }

        return record with { Beyond = beyond, Seconds = Math.Round(clock.Elapsed.TotalSeconds, 3) };
    }

    private IAttack Create(string name, Certificate certificate) =>
        AttackCatalog.Create(name, Attacks, Noise, certificate.Provenance!);

    private ulong? BegunWith() => LogPath is not null && Resume && AttackLog.SettingOf(LogPath, SeedSetting) is { } begun
        ? PlainNumber.ParseWhole<ulong>(begun, "The seed in the log")
        : null;

    private Dictionary<string, string> Settings(ulong seed)
    {
        PartInfo info = PartInfo.Of(BaseClassifier);
        string votes = Attacks.Votes?.ToString(CultureInfo.InvariantCulture) ?? "all";
        return new Dictionary<string, string>
        {
            ["data"] = Images.Fingerprint,
            ["images"] = Text($"start={Range.Start} skip={Range.Skip} max={Range.Max?.ToString(CultureInfo.InvariantCulture) ?? "all"}"),
            ["classifier"] = info.Fingerprint,
            ["precision"] = LibTorch.ArithmeticOn(Device, info.Precision),
            ["device"] = LibTorch.DeviceNamed(Device).type.ToString().ToLowerInvariant(),
            ["noise"] = Noise.Version,
            ["sigma"] = Text($"{Noise.Level.Asked:R}"),
            ["norm"] = ReportText.Name(Noise.Norm),
            ["method"] = Certifier.Method.ToString(),
            ["batch"] = Text($"{Batch}"),
            [SeedSetting] = Text($"{seed}"),
            ["attacks"] = string.Join(',', Attacks.Names),
            ["effort"] = Text($"steps={Attacks.Steps} draws={Attacks.Draws} votes={votes}"),
            ["beyond"] = string.Join(',', Attacks.Beyond.Select(radius => Text($"{radius:R}"))),
            ["judge"] = Judge.Method.ToString(),
        };
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

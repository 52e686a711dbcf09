using System.Globalization;
using System.Security.Cryptography;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Noise;

namespace DenoisedSmoothing.Tool;

/// <summary>What decides every line of a run's log: resumed runs and shards must have it in common.</summary>
internal static class RunSettings
{
    private const string SeedSetting = "seed";

    /// <summary>The noise key: the one given, the one that a resumed log was begun with, or a fresh one.</summary>
    /// <remarks>A prediction's key is never made up here: the library takes a fresh one and tells nobody, and so the log does not hold one.</remarks>
    public static ulong? SeedOf(SmoothingJob job)
    {
        if (job.Seed is not null || job.Kind == CertificationLogKind.Predict)
            return job.Seed;
        if (job.Out is not null && job.Resume && CertificationLogMeta.Find(job.Out)?.Settings.GetValueOrDefault(SeedSetting) is { } begun)
            return ulong.Parse(begun, CultureInfo.InvariantCulture);
        return BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    }

    /// <summary>The settings beside the log.</summary>
    public static CertificationLogMeta Meta(SmoothingJob job, ulong? seed, LoadedModels models, IBaseClassifier smoothed, IImageDataset images)
    {
        DatasetRange range = job.Data.Range;
        Dictionary<string, string> settings = new()
        {
            ["data"] = images.Fingerprint,
            ["images"] = Text($"start={range.Start} skip={range.Skip} max={range.Max?.ToString(CultureInfo.InvariantCulture) ?? "all"} corrupt={(job.Data.SkipCorrupt ? "skip" : "stop")}"),
            ["preprocess"] = models.Preprocess?.ToString() ?? "none",
            ["classifier"] = PartInfo.Of(smoothed).Fingerprint,
            ["precision"] = PartInfo.Of(smoothed).Precision,
            ["device"] = LibTorch.DeviceNamed(job.Models.Device).type.ToString().ToLowerInvariant(),
            ["sigma"] = job.Sigma.ToString("R", CultureInfo.InvariantCulture),
            [CertificationLogMeta.MethodSetting] = job.Certifier.Method.ToString(),
            [CertificationLogMeta.AlphaSetting] = job.Alpha.ToString("R", CultureInfo.InvariantCulture),
            ["batch"] = Text($"{job.Batch}"),
            ["noise"] = GaussianNoise.Version,
        };
        if (seed is not null)
            settings[SeedSetting] = Text($"{seed}");
        return new CertificationLogMeta
        {
            Kind = job.Kind,
            Settings = settings,
            Shard = range.Shards > 1 ? Text($"{range.Shard}/{range.Shards}") : null,
            Rows = job.Data.SkipCorrupt ? null : range.CountOf(images.Count),
            Notes = new Dictionary<string, string> { ["models"] = models.Name },
        };
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

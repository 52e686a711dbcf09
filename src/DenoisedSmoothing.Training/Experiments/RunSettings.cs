using System.Globalization;
using System.Security.Cryptography;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Experiments;

/// <summary>What decides every line of a run's log: resumed runs and shards must have it in common.</summary>
internal static class RunSettings
{
    /// <summary>The noise key: the one given, the one with which a resumed log began, or a fresh one.</summary>
    /// <remarks>
    /// A prediction's key is never made here: the library uses a fresh one without revealing it, so the log does not hold one.
    /// </remarks>
    public static ulong? SeedOf(CertificationRun run)
    {
        if (run.Seed is not null || run.Kind == CertificationLogKind.Predict)
            return run.Seed;
        if (run.LogPath is not null && run.Resume
            && CertificationLogMeta.Find(run.LogPath)?.Settings.GetValueOrDefault(CertificationLogMeta.SeedSetting) is { } begun)
            return PlainNumber.ParseWhole<ulong>(begun, "The seed beside the log");
        return BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    }

    /// <summary>The settings beside the log.</summary>
    public static CertificationLogMeta Meta(CertificationRun run, ulong? seed, long? dimension)
    {
        DatasetRange range = run.Range;
        PartInfo info = PartInfo.Of(run.BaseClassifier);
        string most = range.Max?.ToString(CultureInfo.InvariantCulture) ?? "all", unreadable = run.SkipUnreadable ? "skip" : "stop";
        Dictionary<string, string> settings = new()
        {
            [CertificationLogMeta.DataSetting] = run.Images.Fingerprint,
            [CertificationLogMeta.ImagesSetting] = Text($"start={range.Start} skip={range.Skip} max={most} corrupt={unreadable}"),
            ["preprocess"] = run.Preprocess?.ToString() ?? "none",
            ["classifier"] = info.Fingerprint,
            ["precision"] = LibTorch.ArithmeticOn(run.Device, info.Precision),
            ["device"] = LibTorch.DeviceNamed(run.Device).type.ToString().ToLowerInvariant(),
            [CertificationLogMeta.SigmaSetting] = run.Noise.Level.Asked.ToString("R", CultureInfo.InvariantCulture),
            [CertificationLogMeta.MethodSetting] = run.Method.ToString(),
            [CertificationLogMeta.AlphaSetting] = run.Method.Parameters["alpha"],
            ["batch"] = Text($"{run.Batch}"),
            [CertificationLogMeta.NoiseSetting] = run.Noise.Version,
        };
        if (dimension is not null)
            settings[CertificationLogMeta.DimensionSetting] = Text($"{dimension}");
        if (seed is not null)
            settings[CertificationLogMeta.SeedSetting] = Text($"{seed}");
        return new CertificationLogMeta
        {
            Kind = run.Kind,
            Settings = settings,
            Shard = range.Shards > 1 ? Text($"{range.Shard}/{range.Shards}") : null,
            Rows = range.CountOf(run.Images.Count),
            Notes = run.Models is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["models"] = run.Models },
        };
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

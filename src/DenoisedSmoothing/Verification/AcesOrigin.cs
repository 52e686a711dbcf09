using System.Numerics;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Verification;

/// <summary>Where the votes behind rows of a model with a core came from, as the settings beside the rows say it.</summary>
/// <param name="Seed">The key of the noise, of both models and all images.</param>
/// <param name="Batch">The rows of every forward pass.</param>
/// <param name="Noise">The version of the noise scheme.</param>
/// <param name="Selector">The selector's fingerprint.</param>
/// <param name="Certified">The certification model's.</param>
/// <param name="Core">The core model's.</param>
/// <param name="Precision">The certification model's arithmetic.</param>
/// <param name="Device">The kind of device.</param>
/// <param name="Software">What computed; null where it is not said, or not of all rows.</param>
internal sealed record AcesOrigin(
    ulong Seed, int Batch, string Noise, string Selector, string Certified, string Core, string Precision, string Device, string? Software)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="InvalidDataException">Something is missing, or is no number.</exception>
    public static AcesOrigin Of(CertificationLogMeta settings)
    {
        return new AcesOrigin(Whole<ulong>(CertificationLogMeta.SeedSetting), Whole<int>("batch"), Text(CertificationLogMeta.NoiseSetting),
            Text("selector"), Text("classifier"), Text("core"), Text("precision"), Text("device"),
            settings.Notes.GetValueOrDefault(CertificationLogMeta.SoftwareNote));

        string Text(string name) => settings.Settings.GetValueOrDefault(name) ?? throw Missing(name);

        T Whole<T>(string name)
            where T : struct, IBinaryInteger<T> => PlainNumber.TryParseWhole(Text(name), out T value) ? value : throw Missing(name);
    }

    private static InvalidDataException Missing(string name) => new(
        $"The settings beside the rows do not say '{name}', so the votes cannot be drawn again. Run dds aces again, into another file.");
}

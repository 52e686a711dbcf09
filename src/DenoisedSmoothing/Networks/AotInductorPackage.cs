using System.Runtime.InteropServices;
using System.Text.Json;
using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Networks;

/// <summary>
/// Checks an AOTInductor package before libtorch loads it, since libtorch ends the process where the package's settings are not JSON or its
/// library is cut short. Layout: FOLDER/data/aotinductor/model/NAME.so and NAME_metadata.json, next to the sources of the library.
/// </summary>
internal static class AotInductorPackage
{
    private const string Models = "data/aotinductor/";

    /// <summary>Refuses what libtorch would not survive.</summary>
    /// <exception cref="CheckpointException">The package is damaged, incomplete or for another system; the message says which.</exception>
    public static void Check(string path)
    {
        using SoundZip zip = SoundZip.Open(path);
        string[] names = [.. zip.Names.Where(name => name.Contains(Models, StringComparison.Ordinal))];
        string[] models = [.. names.Select(name => name[(name.IndexOf(Models, StringComparison.Ordinal) + Models.Length)..].Split('/')[0])
            .Distinct()];
        if (!models.Contains("model"))
        {
            throw CheckpointException.In(path,
                $"this AOTInductor package has {string.Join(", ", models.Select(CheckpointException.Quote))}, and no model of the name "
                + $"'model'",
                "Make it with torch._inductor.aoti_compile_and_package of one model.");
        }

        names = [.. names.Where(name => name.Contains(Models + "model/", StringComparison.Ordinal))];
        string library = Find(path, names, ".so", "compiled code"), settings = Find(path, names, "_metadata.json", "settings");
        CheckSettings(path, settings, zip.ReadText(settings)!);
        if (zip.Head(library, NativeLibraryHeader.ByteCount, out long length) is var header
            && NativeLibraryHeader.Problem(header, length) is { } problem)
        {
            throw CheckpointException.InEntry(path, library, problem,
                $"The package must be compiled for this system, {RuntimeInformation.RuntimeIdentifier}: "
                    + $"torch._inductor.aoti_compile_and_package there.");
        }
    }

    private static string Find(string path, IEnumerable<string> names, string ending, string what) =>
        names.FirstOrDefault(name => name.EndsWith(ending, StringComparison.Ordinal))
        ?? throw CheckpointException.In(path, $"this AOTInductor package has no {what} (*{ending})",
            "Make it with torch._inductor.aoti_compile_and_package, for this system and device.");

    private static void CheckSettings(string path, string name, string text)
    {
        try
        {
            using JsonDocument settings = JsonDocument.Parse(text);
            if (settings.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.EnumerateObject().All(setting => setting.Value.ValueKind == JsonValueKind.String)
                    && root.TryGetProperty("AOTI_DEVICE_KEY", out _))
            {
                return;
            }
        }
        catch (JsonException)
        {
            // Reported below.
        }

        throw CheckpointException.InEntry(path, name, "these settings are not JSON that names a device");
    }
}

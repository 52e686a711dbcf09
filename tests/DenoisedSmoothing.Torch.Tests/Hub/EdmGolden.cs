using System.Text.Json;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Hub;

/// <summary>What NVlabs/edm itself computed (edm.*, made by edm.py).</summary>
internal static class EdmGolden
{
    public static JsonElement Told(string name)
    {
        using JsonDocument told = Golden.Json("edm.json");
        return told.RootElement.GetProperty(name).Clone();
    }

    /// <summary>The reference's entries, with their synthetic weights and with the filters of [1,1] or [1,3,3,1].</summary>
    public static Dictionary<string, Tensor> Weights(string name)
    {
        using IDisposable guard = no_grad();
        Dictionary<string, Tensor> entries = DiffusersGolden.Weights($"edm_{name}.keys.tsv");
        foreach ((string key, Tensor filter) in entries)
        {
            if (!key.EndsWith("resample_filter", StringComparison.Ordinal))
                continue;
            using DisposeScope scope = NewDisposeScope();
            Tensor row = filter.shape[3] == 2 ? tensor(new[] { 0.5f, 0.5f }) : tensor(new[] { 0.125f, 0.375f, 0.375f, 0.125f });
            filter.copy_((row.unsqueeze(1) * row.unsqueeze(0)).reshape(filter.shape));
        }

        return entries;
    }

    /// <summary>Writes the file that the three lines of Python save: names of the whole network, which begin with model.</summary>
    public static void Write(string name, string path)
    {
        using DisposeScope scope = NewDisposeScope();
        SafetensorsWriter.Write(path, Weights(name), null);
    }

    /// <summary>The reference's names and shapes, as a checkpoint has them.</summary>
    public static ITensorSource Entries(string name) => new Names([.. File.ReadLines(Golden.PathOf($"edm_{name}.keys.tsv"))
        .Select(line => line.Split('\t')).Select(part => new TensorEntry(part[0]["model.".Length..], ScalarType.Float32,
            part[1].Split('x').Select(long.Parse)))]);

    public static Tensor Output(string name)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Golden.PathOf("edm.safetensors"));
        return file.Read(name);
    }

    private sealed record Names(IReadOnlyList<TensorEntry> Entries) : ITensorSource
    {
        public string Name => "names";

        public Tensor Read(string name) => throw new NotSupportedException();
    }
}

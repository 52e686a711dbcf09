using System.Text.Json;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Hub;

/// <summary>
/// Networks under the names that their libraries give the weights, with those libraries' outputs (networks_hub.*, made by
/// networks_hub.py with torchvision, timm and transformers themselves).
/// </summary>
internal sealed class HubGolden : IDisposable
{
    private readonly JsonDocument _told = Golden.Json("networks_hub.json");
    private readonly JsonElement _entry;
    private readonly string _name;

    public HubGolden(string name) => (_name, _entry) = (name, _told.RootElement.GetProperty(name));

    /// <summary>config.json of the model, where it is of transformers.</summary>
    public string Config => _entry.GetProperty("config").GetRawText();

    /// <summary>Channels of its images.</summary>
    public int Channels => _entry.GetProperty("input_shape")[1].GetInt32();

    /// <summary>Height and width of its images.</summary>
    public int Side => _entry.GetProperty("input_shape")[2].GetInt32();

    /// <summary>Its weights, by the formula, under the library's names.</summary>
    public Dictionary<string, Tensor> Weights()
    {
        Dictionary<string, Tensor> weights = _entry.GetProperty("entries").EnumerateArray().ToDictionary(
            entry => entry[0].GetString()!,
            entry => zeros([.. entry[1].EnumerateArray().Select(size => size.GetInt64())],
                entry[2].GetString() == "float32" ? ScalarType.Float32 : ScalarType.Int64));
        using IDisposable guard = no_grad();
        SyntheticWeights.Fill(weights);
        return weights;
    }

    /// <summary>Writes the weights to a file.</summary>
    public void Write(string path)
    {
        using DisposeScope scope = NewDisposeScope();
        SafetensorsWriter.Write(path, Weights(), null);
    }

    /// <summary>The images that the reference was given, in [-1,1).</summary>
    public Tensor Input() => SyntheticWeights.Input(_entry.GetProperty("input_tag").GetUInt32(),
        [.. _entry.GetProperty("input_shape").EnumerateArray().Select(size => size.GetInt64())]);

    /// <summary>||ours - the reference's|| / ||the reference's||.</summary>
    public double RelativeError(Tensor logits)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Golden.PathOf("networks_hub.safetensors"));
        using Tensor golden = file.Read(_name);
        return Parity.RelativeError(logits, golden);
    }

    public void Dispose() => _told.Dispose();
}

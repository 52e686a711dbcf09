using System.Text.RegularExpressions;
using DenoisedSmoothing.Checkpoints;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Hub;

/// <summary>
/// A UNet2DModel's entries under the names that diffusers gives them now. Those of attention were query, key, value and proj_attn before
/// 0.15, and a Fourier embedding's frequencies are present twice, as weight and as W.
/// </summary>
internal sealed partial class DiffusersNames : ITensorSource
{
    private const string Frequencies = "time_proj.weight", FrequenciesToo = "time_proj.W";

    private readonly ITensorSource _inner;
    private readonly Dictionary<string, string> _inside = new(StringComparer.Ordinal);

    /// <param name="inner">Left open.</param>
    public DiffusersNames(ITensorSource inner)
    {
        _inner = inner;
        List<TensorEntry> entries = [];
        bool twice = inner.Entries.Any(static entry => entry.Name == Frequencies);
        foreach (TensorEntry entry in inner.Entries.Where(entry => !(twice && entry.Name == FrequenciesToo)))
        {
            string name = entry.Name == FrequenciesToo ? Frequencies : Old().Replace(entry.Name, static old => old.Groups[1].Value switch
            {
                "query" => ".to_q.",
                "key" => ".to_k.",
                "value" => ".to_v.",
                _ => ".to_out.0.",
            });
            if (!_inside.TryAdd(name, entry.Name))
                throw CheckpointException.InEntry(inner.Name, entry.Name, $"it is also there under its newer name, {name}");
            entries.Add(new TensorEntry(name, entry.DType, entry.Shape));
        }

        Entries = entries;
    }

    public string Name => _inner.Name;

    public IReadOnlyList<TensorEntry> Entries { get; }

    public Tensor Read(string name) => _inner.Read(_inside.GetValueOrDefault(name, name));

    [GeneratedRegex(@"(?<=attentions\.\d+)\.(query|key|value|proj_attn)\.")]
    private static partial Regex Old();
}

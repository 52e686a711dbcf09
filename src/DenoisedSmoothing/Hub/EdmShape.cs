using System.Text.RegularExpressions;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Models;

namespace DenoisedSmoothing.Hub;

/// <summary>The shape of a network of NVlabs/edm, which the names and shapes of its weights determine completely.</summary>
internal sealed partial class EdmShape
{
    private const string Save =
        "Save the state_dict of the file's 'ema', the whole network with its preconditioning or without (docs/models.md has the lines).";

    private const int MostLevels = 12, MostBlocks = 64;

    private readonly string _file;
    private readonly Dictionary<string, IReadOnlyList<long>> _shapes;

    private EdmShape(ITensorSource weights)
    {
        _file = weights.Name;
        _shapes = weights.Entries.ToDictionary(static entry => entry.Name, static entry => entry.Shape, StringComparer.Ordinal);
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="CheckpointException">These are not such weights, or they are of a kind that is not built here.</exception>
    public static EdmUNetOptions Of(ITensorSource weights)
    {
        EdmUNetOptions options = new EdmShape(weights).Read();
        try
        {
            options.Validate();
            return options;
        }
        catch (ArgumentException e)
        {
            throw CheckpointException.In(weights.Name, e.Message.TrimEnd('.'), Save);
        }
    }

    private EdmUNetOptions Read()
    {
        foreach (string part in new[] { "aux_skip", "aux_down", "aux_up" })
        {
            if (_shapes.Keys.FirstOrDefault(name => name.Contains($"_{part}.", StringComparison.Ordinal)) is { } skip)
                throw CheckpointException.InEntry(_file, skip, "encoders and decoders of the kind 'skip' are not built here",
                    "Those of DDPM++, NCSN++ and ADM are.");
        }

        int resolution = Resolution(), levels = 1;
        while (levels < MostLevels && _shapes.ContainsKey($"enc.{Name(resolution >> levels)}_down.conv0.weight"))
            levels++;
        int[] sides = [.. Enumerable.Range(0, levels).Select(level => resolution >> level)];
        int blocks = Enumerable.Range(0, MostBlocks).TakeWhile(block =>
            _shapes.ContainsKey($"enc.{Name(resolution)}_block{block}.conv1.weight")).Count();
        // Every block is present with its width: a file must not cost the memory of weights that it does not have.
        int[] widths = [.. sides.Select(side => Enumerable.Range(0, Math.Max(1, blocks))
            .Select(block => Square($"enc.{Name(side)}_block{block}.conv1.weight")).Distinct().Single())];
        IReadOnlyList<long> first = Shape($"enc.{Name(resolution)}_conv.weight", 4), map = Shape("map_layer0.weight", 2);
        bool song = !_shapes.ContainsKey("out_conv.weight");
        return new EdmUNetOptions
        {
            Architecture = song ? EdmArchitecture.Song : EdmArchitecture.Dhariwal,
            Resolution = resolution,
            Channels = Size(first[1]),
            ModelChannels = Size(first[0]),
            Widths = widths,
            NoiseChannels = Size(map[1]),
            EmbeddingChannels = Size(map[0]),
            Blocks = blocks,
            AttentionResolutions = [.. sides.Where(side => _shapes.ContainsKey($"enc.{Name(side)}_block0.qkv.weight"))],
            Fourier = _shapes.ContainsKey("map_noise.freqs"),
            ResidualEncoder = _shapes.Keys.Any(static name => name.Contains("_aux_residual.", StringComparison.Ordinal)),
            FilterTaps = levels > 1 ? Size(Shape($"enc.{Name(resolution / 2)}_down.conv0.resample_filter", 4)[3]) : 2,
            Labels = _shapes.ContainsKey("map_label.weight") ? Size(Shape("map_label.weight", 2)[1]) : 0,
            Augments = _shapes.ContainsKey("map_augment.weight") ? Size(Shape("map_augment.weight", 2)[1]) : 0,
        };
    }

    private int Resolution()
    {
        string? first = _shapes.Keys.FirstOrDefault(static name => First().IsMatch(name));
        return first is not null && PlainNumber.TryParseWhole(First().Match(first).Groups[1].Value, out int side)
            ? side
            : throw CheckpointException.In(_file, "these are not the weights of a SongUNet or DhariwalUNet (no enc.NxN_conv.weight)", Save);
    }

    private int Square(string name)
    {
        IReadOnlyList<long> shape = Shape(name, 4);
        return shape[0] == shape[1] && shape[2] == 3 && shape[3] == 3 ? Size(shape[0])
            : throw CheckpointException.InEntry(
                _file, name, $"a shape of {CheckpointException.Text(shape)} is not one that such networks have", Save);
    }

    private IReadOnlyList<long> Shape(string name, int dimensions) =>
        _shapes.TryGetValue(name, out IReadOnlyList<long>? shape) && shape.Count == dimensions
            ? shape
            : throw CheckpointException.InEntry(_file, name, "this weight is missing, or of another shape", Save);

    private int Size(long size) => size is > 0 and <= 1 << 20 ? (int)size
        : throw CheckpointException.In(_file, $"a size of {size} is not one that such networks have", Save);

    private static string Name(int side) => $"{side}x{side}";

    [GeneratedRegex(@"^enc\.(\d{1,6})x\1_conv\.weight$")]
    private static partial Regex First();
}

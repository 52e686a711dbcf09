using System.CommandLine;

namespace DenoisedSmoothing.Tool;

/// <summary>Options of self-training: images in addition to the training set, and the classifier that labels them.</summary>
internal sealed class FurtherImageOptions
{
    public Option<string?> Path { get; } = new("--further-path")
    {
        HelpName = "path",
        Description = "Half of the steps, in random order, see images from here: a folder of class folders, or a CSV file",
    };

    public Option<string?> Labeller { get; } = new("--further-labeller")
    {
        HelpName = "file",
        Description = "The classifier that labels them, without noise, in the formats of --classifier-file [default: their own labels "
            + "count]",
    };

    public Option<string?> LabellerNetwork { get; } = new("--further-labeller-network")
    {
        HelpName = "name",
        Description = "What its weights belong to [default: what the file says]",
    };

    public Option<double> Weight { get; } = new Option<double>("--further-weight")
    {
        HelpName = "w",
        DefaultValueFactory = _ => 1,
        Description = "What their loss is multiplied by; Salman et al. use 0.5 and 1",
    }
        .Within(new NumberRange<double>(0, 1e6));

    public OptionGroup All => new("Self-training", [Path, Labeller, LabellerNetwork, Weight]);

    /// <summary>What was typed; null where there are no further images.</summary>
    /// <exception cref="ArgumentException">An option needs another one.</exception>
    public FurtherImages? Read(ParseResult parsed, DataChoice trained)
    {
        string? path = parsed.GetValue(Path), labeller = ModelOptions.Existing(parsed.GetValue(Labeller));
        if (path is null)
        {
            return labeller is null && parsed.GetValue(LabellerNetwork) is null && parsed.GetResult(Weight) is null or { Implicit: true }
                ? null
                : throw new ArgumentException("--further-labeller and --further-weight are about the images of --further-path: name them.");
        }

        if (labeller is null && parsed.GetValue(LabellerNetwork) is not null)
            throw new ArgumentException("--further-labeller-network says what --further-labeller holds: name that file.");
        DataChoice images = trained with { Name = Directory.Exists(path) ? "folder" : "csv", Path = path, Range = new() };
        return new FurtherImages(images, labeller, parsed.GetValue(LabellerNetwork), parsed.GetValue(Weight));
    }
}

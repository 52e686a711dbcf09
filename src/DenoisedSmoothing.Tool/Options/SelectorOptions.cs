using System.CommandLine;

namespace DenoisedSmoothing.Tool;

/// <summary>Options for training a selector: labels that come from a log of certificates.</summary>
internal sealed class SelectorOptions
{
    private readonly Option<string?> _log = new("--select-from")
    {
        HelpName = "log",
        Description = "Train a selector for dds aces, of two classes: 1 for images that this log of the same images certifies correctly "
            + "at --select-radius, 0 for its others; images without a line are left out",
    };

    private readonly Option<double?> _radius = new Option<double?>("--select-radius")
    {
        HelpName = "r",
        Description = "The least certified radius of an image to be selected, for pixels in [0,1]",
    }
        .Within(new NumberRange<double>(0, double.MaxValue));

    public OptionGroup All => new("Selector", [_log, _radius]);

    /// <summary>What was typed; null where no selector is trained.</summary>
    /// <exception cref="ArgumentException">One of the options is missing.</exception>
    public SelectorLabels? Read(ParseResult parsed)
    {
        string? log = ModelOptions.Existing(parsed.GetValue(_log));
        return (log, parsed.GetValue(_radius)) switch
        {
            (null, null) => null,
            (null, _) => throw new ArgumentException("--select-radius is about the certificates of --select-from: name that log."),
            (_, null) => throw new ArgumentException("--select-from needs --select-radius: the least certified radius to select."),
            ({ } path, { } radius) => new SelectorLabels(path, radius),
        };
    }
}

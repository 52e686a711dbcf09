using System.CommandLine;

namespace DenoisedSmoothing.Tool;

/// <summary>Options of a model with a core: what selects, and what answers the rest.</summary>
/// <param name="forRows">Whether the verb takes other files than rows of aces, too, which these options have nothing to do with.</param>
internal sealed class AcesOptions(bool forRows = false)
{
    private readonly Option<double> _threshold = new Option<double>("--threshold")
    {
        HelpName = "t",
        DefaultValueFactory = _ => 0.5,
        Description = "Images are certified where the entropy of the noisy answers, over log K, is at most this; others go to the core "
            + "model. 1 certifies all",
    }
        .Within(new(0, 1));

    private readonly Option<string?> _selector = new("--selector-file")
    {
        HelpName = "file",
        Description = "In place of --threshold: a classifier of two classes, 0 for images left to the core and 1 for those certified, in "
            + "the formats of the classifier",
    };

    private readonly Option<string?> _selectorNetwork = new("--selector-network")
    {
        HelpName = "name",
        Description = "What the selector's weights belong to [default: what the file says]",
    };

    private readonly Option<string?> _core = new("--core-file")
    {
        HelpName = "file",
        Description = "The core model, in the formats of the classifier [default: the classifier itself, without noise]",
    };

    private readonly Option<string?> _coreNetwork = new("--core-network")
    {
        HelpName = "name",
        Description = "What the core model's weights belong to [default: what the file says]",
    };

    public IEnumerable<OptionGroup> All =>
    [
        new(forRows ? "Selection of rows of aces" : "Selection", [_threshold, _selector, _selectorNetwork]),
        new(forRows ? "Core model of rows of aces" : "Core model", [_core, _coreNetwork]),
    ];

    /// <summary>The first of these options that was typed; null where none was.</summary>
    public string? Typed(ParseResult parsed) => All.SelectMany(static group => group)
        .FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false })?.Name;

    /// <summary>Selection and core.</summary>
    /// <exception cref="ArgumentException">Options exclude each other, or a network is named without a file.</exception>
    /// <exception cref="InvalidDataException">The selector's file says that it is none.</exception>
    public AcesChoice Read(ParseResult parsed) => new(Selection(parsed), Core(parsed));

    private AcesSelection Selection(ParseResult parsed)
    {
        string? file = parsed.GetValue(_selector), network = parsed.GetValue(_selectorNetwork);
        if (file is null && network is not null)
            throw new ArgumentException("--selector-network says what --selector-file holds: name that file.");
        if (file is not null && parsed.GetResult(_threshold) is { Implicit: false })
            throw new ArgumentException(
                "Either --threshold selects by the entropy of the answers, or --selector-file by a trained selector: leave one out.");
        return new AcesSelection(parsed.GetValue(_threshold), file, network).Checked();
    }

    private AcesCore Core(ParseResult parsed)
    {
        (string? file, string? network) = (ModelOptions.Existing(parsed.GetValue(_core)), parsed.GetValue(_coreNetwork));
        return file is null && network is not null
            ? throw new ArgumentException("--core-network says what --core-file holds: name that file.")
            : new AcesCore(file, network);
    }
}

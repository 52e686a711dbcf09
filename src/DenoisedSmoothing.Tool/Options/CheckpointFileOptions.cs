using System.CommandLine;

namespace DenoisedSmoothing.Tool;

/// <summary>Options that say which part of a model's file is meant.</summary>
/// <param name="part">classifier or denoiser.</param>
internal sealed class CheckpointFileOptions(string part)
{
    private const string NoPrefix = "none";

    private readonly Option<string?> _key = new($"--{part}-key")
    {
        HelpName = "path",
        Description = "Which dictionary of a torch.save file holds the weights, such as state_dict or model.ema [default: the usual ones]",
    };

    private readonly Option<string[]?> _prefix = new($"--{part}-prefix")
    {
        HelpName = "text",
        Description = "What to take off the names of the weights, such as model. (repeat it for one after the other; none keeps all) "
            + "[default: the usual ones]",
    };

    private readonly Option<string?> _input = new($"--{part}-input")
    {
        HelpName = "name",
        Description = "Name of the image input of an ONNX model that has several",
    };

    private readonly Option<string?> _output = new($"--{part}-output")
    {
        HelpName = "name",
        Description = "Which output of an ONNX model or a TorchScript that has several: its place from 0, or its name",
    };

    public IEnumerable<Option> All => [_key, _prefix, _input, _output];

    public CheckpointChoice Read(ParseResult parsed, IReadOnlyList<string> inertTypes) => new()
    {
        Part = part,
        Key = parsed.GetValue(_key),
        // A list option that was not given is an empty list.
        Prefixes = parsed.GetValue(_prefix) switch
        {
            null or [] => null,
            [NoPrefix] => [],
            { } prefixes => prefixes,
        },
        InertTypes = inertTypes,
        Input = parsed.GetValue(_input),
        Output = parsed.GetValue(_output),
    };
}

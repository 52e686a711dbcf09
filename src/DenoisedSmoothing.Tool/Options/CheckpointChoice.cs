using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.OnnxRuntime;

namespace DenoisedSmoothing.Tool;

/// <summary>Which part of a model's file is meant, as typed.</summary>
internal sealed record CheckpointChoice
{
    /// <summary>classifier or denoiser.</summary>
    public required string Part { get; init; }

    /// <summary>The dictionary that holds the weights; null for the usual ones.</summary>
    public string? Key { get; init; }

    /// <summary>What to strip from the names; null for the usual prefixes.</summary>
    public IReadOnlyList<string>? Prefixes { get; init; }

    /// <summary>Python types to skip.</summary>
    public IReadOnlyList<string> InertTypes { get; init; } = [];

    /// <summary>The image input of an ONNX model; null for the only one.</summary>
    public string? Input { get; init; }

    /// <summary>The output of an ONNX model or a script; null for the only one.</summary>
    public string? Output { get; init; }

    /// <summary>How the file is read, if it holds weights.</summary>
    /// <param name="usual">How the network's files are usually read.</param>
    public CheckpointOptions Options(CheckpointOptions usual) => usual with
    {
        Key = Key ?? usual.Key,
        StripPrefixes = Prefixes ?? usual.StripPrefixes,
        InertTypes = [.. usual.InertTypes, .. InertTypes],
    };

    /// <summary>An option that only weight files can use; null where none was typed.</summary>
    public string? WeightsOption => Key is not null ? $"--{Part}-key" : Prefixes is not null ? $"--{Part}-prefix" : null;

    /// <summary>An option that only ONNX models can use; null where none was typed.</summary>
    public string? InputOption => Input is not null ? $"--{Part}-input" : null;

    /// <summary>An option that only models with their networks can use; null where none was typed.</summary>
    public string? TensorOption => InputOption ?? (Output is not null ? $"--{Part}-output" : null);

    /// <summary>Which tensors of an ONNX model are meant.</summary>
    public OnnxOptions Tensors => new() { Images = Input, Output = Output };
}

using DenoisedSmoothing.Checkpoints;
using Microsoft.ML.OnnxRuntime;

namespace DenoisedSmoothing.OnnxRuntime;

/// <summary>
/// Which of a model's tensors are the images, the timesteps and the answer: named by the options, or inferred where there is only one
/// possibility.
/// </summary>
internal sealed record OnnxSignature(OnnxTensor Images, OnnxTensor? Timesteps, OnnxTensor Output)
{
    /// <param name="path">For messages.</param>
    /// <param name="session">The model.</param>
    /// <param name="options">Names.</param>
    /// <param name="outputRank">Dimensions that the answer must have; null for any.</param>
    public static OnnxSignature Of(string path, InferenceSession session, OnnxOptions options, int? outputRank)
    {
        IReadOnlyList<OnnxTensor> inputs = OnnxTensor.ListOf(session.InputMetadata), outputs = OnnxTensor.ListOf(session.OutputMetadata);

        OnnxTensor images = Pick("image input", options.Images, nameof(OnnxOptions.Images), inputs, input => input.IsFloat
            && input.Rank == 4);
        if (!images.IsFloat || images.Rank != 4)
            throw Error($"the image input must be floating-point [N,C,H,W]; this one is {images}");
        if (images.IsChannelsLast)
        {
            throw Error($"the image input {images} is channels-last, [N,H,W,C], as Keras and TensorFlow have it, but [N,C,H,W] is needed. "
                + "Convert it with tf2onnx and --inputs-as-nchw, or put a Transpose in front of it");
        }


        OnnxTensor? timesteps = null;
        IReadOnlyList<OnnxTensor> others = [.. inputs.Where(input => input != images)];
        if (others.Count > 0 || options.Timesteps is not null)
        {
            if (others.Count > 1)
                throw Error($"it wants more than images and timesteps: inputs {List(inputs)}. Export it with the others fixed");
            timesteps = Pick("timestep input", options.Timesteps, nameof(OnnxOptions.Timesteps), others, input => input.Rank <= 2);
            if (!(timesteps.IsFloat || timesteps.IsInteger) || timesteps.Rank > 2 || (timesteps.Rank == 2 && timesteps.Shape[1] != 1))
                throw Error(
                    $"the timestep input must be a number, [N] or [N,1], of floating-point or int32/int64 type; this one is {timesteps}");
        }

        OnnxTensor output = Pick("output", options.Output, nameof(OnnxOptions.Output), outputs, answer => answer.IsFloat
            && (outputRank is null || answer.Rank == outputRank));
        if (!output.IsFloat || (outputRank is { } rank && output.Rank != rank))
            throw Error(
                $"the output must be floating-point {(outputRank == 2 ? "logits [N,K]" : outputRank == 4 ? "images [N,C,H,W]" : "")}; "
                + $"this one is {output}");
        return new OnnxSignature(images, timesteps, output);

        OnnxTensor Pick(string role, string? name, string option, IReadOnlyList<OnnxTensor> all, Func<OnnxTensor, bool> fits)
        {
            if (name is not null)
                return all.FirstOrDefault(tensor => tensor.Name == name) ?? At(all, name)
                    ?? throw Error($"it has no {role} '{name}'; there is {List(all)}");
            if (all.Count == 1)
                return all[0];
            OnnxTensor[] fitting = [.. all.Where(fits)];
            // Probabilities beside the logits from which they are computed.
            if (fitting.Length > 1 && fitting.Where(tensor => tensor.Name.Equals("logits", StringComparison.OrdinalIgnoreCase))
                .ToArray() is [var logits])
                return logits;
            return fitting.Length == 1
                ? fitting[0]
                : throw Error(
                    $"{(fitting.Length == 0 ? "none" : "more than one")} of {List(all)} can be the {role}. Name it with "
                    + $"OnnxOptions.{option}, or export the model with that one alone");
        }

        CheckpointException Error(string problem) => new($"{path}: {problem}.");
    }

    private static OnnxTensor? At(IReadOnlyList<OnnxTensor> all, string place) =>
        PlainNumber.TryParseWhole(place, out int index) && index >= 0 && index < all.Count ? all[index] : null;

    private static string List(IEnumerable<OnnxTensor> tensors) =>
        string.Join(", ", tensors.Select(tensor => tensor.ToString()).DefaultIfEmpty("nothing"));
}

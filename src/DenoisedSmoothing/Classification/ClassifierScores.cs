using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Classification;

/// <summary>
/// Scores of one batch, made ready to be added up. NaN or infinite scores are never votes: such a row comes out as NaN, which the counter
/// refuses; a vote or a probability would hide it.
/// </summary>
internal static class ClassifierScores
{
    /// <summary>1 for the highest score, the lowest label on ties, 0 otherwise; float32 [N,K].</summary>
    public static Tensor Votes(Tensor scores, long rows, int classCount)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor votes = Poison(scores, rows, classCount);
        Tensor labels = scores.argmax(1, keepdim: true);
        return votes.scatter_add_(1, labels, ones(labels.shape, device: scores.device)).MoveToOuterDisposeScope();
    }

    /// <summary>Softmax; float32 [N,K].</summary>
    public static Tensor Probabilities(Tensor scores, long rows, int classCount)
    {
        using DisposeScope scope = NewDisposeScope();
        return Poison(scores, rows, classCount).PlusInPlace(nn.functional.softmax(scores.to_type(ScalarType.Float32), 1))
            .MoveToOuterDisposeScope();
    }

    /// <exception cref="InvalidOperationException">The scores are not [rows,classes].</exception>
    public static void CheckShape(Tensor scores, long rows, int classCount)
    {
        if (scores.dim() != 2 || scores.shape[0] != rows || scores.shape[1] != classCount)
            throw new InvalidOperationException(
                $"Scores of {rows} images in {classCount} classes are [{rows},{classCount}]; the classifier returned "
                + $"[{string.Join(',', scores.shape)}].");
    }

    // 0 for finite scores, otherwise NaN.
    private static Tensor Poison(Tensor scores, long rows, int classCount)
    {
        CheckShape(scores, rows, classCount);
        return scores.to_type(ScalarType.Float32).mul(Kept(0));
    }
}

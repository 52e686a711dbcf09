using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training.Attacks;

/// <summary>
/// Finds where the probability of a label falls fastest, averaged over noise (expectation over transformation; Salman et al. 2019).
/// </summary>
internal static class SmoothedGradient
{
    /// <summary>Directions of length 1 along which mean_i p_y(x + e_i) falls fastest, with the label for which most copies vote.</summary>
    /// <remarks>
    /// The attacked loss is -log mean_i p_y, whose gradient is that of the mean except for a factor per image, so the unit direction is the
    /// same and copies can be taken in several passes. An image without a gradient gets zeros.
    /// </remarks>
    /// <param name="target">The base classifier.</param>
    /// <param name="points">[B,C,H,W].</param>
    /// <param name="labels">[B].</param>
    /// <param name="noise">One tensor [B,C,H,W] for each copy.</param>
    /// <param name="exact">Whether to use gradients; otherwise Stein's identity with only forward passes, where the gradient is E[p_y e] /
    /// sigma^2.</param>
    /// <param name="random">Inner draws.</param>
    /// <returns>The directions [B,C,H,W], and the label with the most votes [B], the lowest on ties.</returns>
    public static (Tensor Direction, Tensor Vote) Of(
        AttackTarget target, Tensor points, Tensor labels, IReadOnlyList<Tensor> noise, bool exact, StepRandom random)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = points.detach().clone().requires_grad_(exact);
        Tensor? gradient = null, votes = null;
        int at = 0;
        foreach (int part in target.Parts(noise.Count, points.shape[0]))
        {
            using IDisposable mode = exact ? enable_grad() : no_grad();
            Tensor draws = stack([.. noise.Skip(at).Take(part)], 0); // [part,B,C,H,W]
            at += part;
            Tensor scores = target.Scores(x.Plus(draws).flatten(0, 1), random);
            if (exact && !scores.requires_grad)
            {
                throw new NotSupportedException(
                    "This base classifier gives no gradients (an ONNX model, or one that gives labels): attack it by estimates or votes.");
            }

            Tensor label = nn.functional.softmax(scores, 1).gather(1, labels.repeat(part).unsqueeze(1)).reshape(part, -1); // p_y, [part,B]
            Tensor slope = exact
                ? autograd.grad([label.sum()], [x])[0]
                : (label.reshape([part, x.shape[0], .. Enumerable.Repeat(1L, (int)x.dim() - 1)]) * draws).sum([0]);
            gradient = gradient is null ? slope : gradient.Plus(slope);
            Tensor counts = nn.functional.one_hot(scores.detach().argmax(1), scores.shape[1]).reshape(part, -1, scores.shape[1]).sum([0]);
            votes = votes is null ? counts : votes.Plus(counts);
        }

        Tensor direction = target.Ball.Steepest(-gradient!.detach(), points);
        return (direction.MoveToOuterDisposeScope(), votes!.argmax(1).MoveToOuterDisposeScope());
    }
}

using static TorchSharp.torch;

namespace DenoisedSmoothing.Training.Attacks;

/// <summary>
/// Looks for images near given ones that a smoothed classifier answers differently: for training on them, and for testing certificates.
/// </summary>
public interface IAttack
{
    /// <summary>Its name and settings, for reports: <c>name; key=value; key=value</c>.</summary>
    string Settings { get; }

    /// <summary>Attacks a batch.</summary>
    /// <param name="target">The base classifier under noise, with a budget; an attack ends early when that is spent.</param>
    /// <param name="images">Floating point [B,C,H,W] in [0,1].</param>
    /// <param name="labels">The answers to change: int64 [B].</param>
    /// <param name="radius">How far an image may be moved, in the target's norm; finite, above 0.</param>
    /// <param name="random">The attacker's own draws.</param>
    /// <returns>Images within the radius of the given ones (except for rounding) and within [0,1]: a fresh tensor without gradient. Where
    /// nothing was found, the image may be the given one.</returns>
    Tensor Run(AttackTarget target, Tensor images, Tensor labels, double radius, StepRandom random);
}

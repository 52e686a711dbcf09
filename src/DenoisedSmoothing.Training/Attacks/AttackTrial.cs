using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training.Attacks;

/// <summary>
/// Tests certificates: attacks an image inside its radius and decides by fresh votes whether the smoothed classifier's answer changed. No
/// attack changes the answer of a sound certificate, except as rarely as its alpha says.
/// </summary>
public sealed class AttackTrial
{
    private readonly Func<AttackTarget> _target;
    private readonly ICertifiedClassifier _judge;
    private readonly int _seed;

    /// <summary>Prepares trials.</summary>
    /// <param name="target">Makes the attacker's view of the base classifier, with a budget for each trial.</param>
    /// <param name="judge">
    /// The smoothed classifier of the same base classifier and sigma, under a strict alpha (such as 1e-6): whether an answer changed is
    /// read from its predictions, which use their own fresh seeds.
    /// </param>
    /// <param name="seed">Seeds the attacker's draws, together with the image's index.</param>
    public AttackTrial(Func<AttackTarget> target, ICertifiedClassifier judge, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(judge);
        (_target, _judge, _seed) = (target, judge, seed);
    }

    /// <summary>Attacks a certified image inside its certified radius.</summary>
    /// <param name="attack">The attack.</param>
    /// <param name="image">The image that was certified: float32 [C,H,W] in [0,1].</param>
    /// <param name="certificate">Its certificate, which did not abstain.</param>
    /// <param name="imageIndex">The image's index in its data set.</param>
    /// <param name="cancellationToken">Stops the judge between batches.</param>
    /// <exception cref="ArgumentException">
    /// The certificate abstained or has radius 0, so that there is nothing to test, or is for another norm.
    /// </exception>
    public AttackOutcome TryCertificate(IAttack attack, Tensor image, Certificate certificate, long imageIndex = 0,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        AttackTarget target = _target();
        if (certificate.Norm != target.Norm)
            throw new ArgumentException($"The certificate is about {certificate.Norm}, the attacks move images in {target.Norm}.",
                nameof(certificate));
        return certificate is { Label: { } label, Radius: > 0 }
            ? Try(target, attack, image, label, certificate.Radius, imageIndex, cancellationToken)
            : throw new ArgumentException("The certificate abstained or has radius 0: there is no claim to try.", nameof(certificate));
    }

    /// <summary>Attacks an image inside any radius, for accuracy under attack.</summary>
    /// <param name="attack">The attack.</param>
    /// <param name="image">float32 [C,H,W] in [0,1], on the device of the target's networks.</param>
    /// <param name="label">The answer to change.</param>
    /// <param name="radius">How far the image may be moved; finite, above 0.</param>
    /// <param name="imageIndex">The image's index in its data set.</param>
    /// <param name="cancellationToken">Stops the judge between batches.</param>
    public AttackOutcome TryRadius(IAttack attack, Tensor image, int label, double radius, long imageIndex = 0,
        CancellationToken cancellationToken = default) =>
        Try(_target(), attack, image, label, radius, imageIndex, cancellationToken);

    private AttackOutcome Try(AttackTarget target, IAttack attack, Tensor image, int label, double radius, long imageIndex,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attack);
        ArgumentNullException.ThrowIfNull(image);
        using DisposeScope scope = NewDisposeScope();
        using StepRandom random = new(_seed, (int)imageIndex);
        Tensor attacked = attack.Run(target, image.unsqueeze(0), tensor(new long[] { label }, device: image.device), radius, random);

        // The judged float32 image is exactly inside the radius: an attack's own arithmetic may overshoot by a rounding.
        float[] clean = Values(image), moved = Values(attacked);
        double distance = target.Ball.MoveInside(clean, moved, radius);
        Prediction answer = _judge.Predict(tensor(moved, image.shape), cancellationToken);
        return new AttackOutcome
        {
            Attack = attack.Settings,
            ImageIndex = imageIndex,
            Label = label,
            Norm = target.Norm,
            Radius = radius,
            Distance = distance,
            Verdict = answer.Label is not { } given ? AttackVerdict.Undecided : given == label ? AttackVerdict.Held : AttackVerdict.Changed,
            Answer = answer,
            Votes = target.Spent,
        };
    }

    private static float[] Values(Tensor image)
    {
        using Tensor host = image.detach().to(ScalarType.Float32).cpu().contiguous();
        return host.data<float>().ToArray();
    }
}

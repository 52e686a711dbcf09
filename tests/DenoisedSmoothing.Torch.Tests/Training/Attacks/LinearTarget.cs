using DenoisedSmoothing.Training.Attacks;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training.Attacks;

/// <summary>
/// A classifier whose smoothing is known exactly: class 1 where the mean of the pixels is above one half. Around an image of mean m the
/// smoothed answer changes at the l2 distance |m - 1/2| sqrt(pixels), and Phi of that distance over sigma is the probability of the
/// label.
/// </summary>
internal sealed class LinearTarget : IBaseClassifier, IDescribed
{
    public const int Side = 4, Pixels = Side * Side;

    public int ClassCount => 2;

    public PartInfo Info => new("mean above one half");

    public static double RadiusOf(double mean) => Math.Abs(mean - .5) * Math.Sqrt(Pixels);

    public static Tensor Image(double mean) => full([1, Side, Side], (float)mean);

    public Tensor Score(Tensor noisy, NoiseContext noise)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor margin = (noisy.flatten(1).mean([1]) - .5) * 20;
        return stack([-margin, margin], 1).MoveToOuterDisposeScope();
    }

    public AttackTarget Target(double sigma, long budget = long.MaxValue) => new(this, sigma) { Budget = budget };
}

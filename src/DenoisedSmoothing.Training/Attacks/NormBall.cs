using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training.Attacks;

/// <summary>
/// The balls of a norm, in which attacks stay: lengths of images, projections, and the steps that gain most for their length.
/// </summary>
public abstract class NormBall
{
    private protected NormBall()
    {
    }

    /// <summary>The balls of a norm.</summary>
    /// <param name="norm">l2 or l1.</param>
    /// <exception cref="ArgumentOutOfRangeException">l-infinity, which no noise certifies directly.</exception>
    public static NormBall Of(Norm norm) => norm switch
    {
        Norm.L2 => L2Ball.Instance,
        Norm.L1 => L1Ball.Instance,
        _ => throw new ArgumentOutOfRangeException(nameof(norm), norm, "Attacks move images in l2 or l1: no noise certifies l-infinity."),
    };

    /// <summary>The length of each image.</summary>
    /// <param name="images">[B,...].</param>
    /// <returns>[B,1,1,...], as many dimensions as the images have.</returns>
    public abstract Tensor Length(Tensor images);

    /// <summary>Shortens perturbations that are longer than a radius; no value grows or changes its sign.</summary>
    /// <param name="perturbations">[B,...].</param>
    /// <param name="radius">Above 0.</param>
    public abstract Tensor Shrink(Tensor perturbations, double radius);

    /// <summary>The perturbations of length 1 that climb a slope fastest; zeros where there is no slope.</summary>
    /// <param name="slope">[B,...].</param>
    /// <param name="points">Where the slope was found: [B,...] in [0,1].</param>
    public abstract Tensor Steepest(Tensor slope, Tensor points);

    /// <summary>Perturbations such that the perturbed images are in [0,1] and within a radius of the images.</summary>
    /// <remarks>
    /// Clamps first and then shortens, which cannot leave the box again: every value ends between its image's value and the clamped one.
    /// </remarks>
    /// <param name="images">[B,...] in [0,1].</param>
    /// <param name="perturbations">[B,...].</param>
    /// <param name="radius">Above 0.</param>
    public Tensor Project(Tensor images, Tensor perturbations, double radius)
    {
        ArgumentNullException.ThrowIfNull(images);
        return Shrink(images.Plus(perturbations).clamp(Kept(0), Kept(1)) - images, radius);
    }

    /// <summary>
    /// A perturbed image as float32 values that are exactly within the radius: lengths are computed in double precision, from the floats
    /// themselves.
    /// </summary>
    /// <param name="image">One image's values, in [0,1].</param>
    /// <param name="perturbed">The perturbed image's values; moved towards the image until they are within the radius and in [0,1].</param>
    /// <param name="radius">At least 0.</param>
    /// <returns>The distance, at most the radius.</returns>
    public double MoveInside(ReadOnlySpan<float> image, Span<float> perturbed, double radius)
    {
        for (int i = 0; i < perturbed.Length; i++)
            perturbed[i] = float.IsNaN(perturbed[i]) ? image[i] : Math.Clamp(perturbed[i], 0f, 1f);
        // Sums of n rounded terms in double precision err by less than n + 4 units of 1.2e-16; this is counted against the attacker.
        double guard = 1 + (image.Length + 4) * 1.2e-16;
        double distance = Distance(image, perturbed) * guard;
        for (double keep = 1 - 1e-7; distance > radius; keep -= 1e-6)
        {
            double share = Math.Max(0, keep) * radius / distance;
            for (int i = 0; i < perturbed.Length; i++)
                perturbed[i] = (float)(image[i] + share * ((double)perturbed[i] - image[i]));
            distance = Distance(image, perturbed) * guard;
        }

        return distance;
    }

    private protected abstract double Distance(ReadOnlySpan<float> one, ReadOnlySpan<float> other);

    /// <summary>[B,1,1,...] for images of as many dimensions.</summary>
    private protected static long[] PerImage(Tensor images) => [images.shape[0], .. Enumerable.Repeat(1L, (int)images.dim() - 1)];
}

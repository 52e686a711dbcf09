using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training.Attacks;

/// <summary>Lengths of images and projections onto balls around them.</summary>
public static class L2Ball
{
    // torch.renorm's: keeps a shortened row from coming out a rounding too long.
    private const double Slack = 1e-7;

    /// <summary>The l2 length of each image.</summary>
    /// <param name="images">[B,...].</param>
    /// <returns>[B,1,1,...], as many dimensions as the images have.</returns>
    public static Tensor Norm(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return images.flatten(1).norm(1, keepdim: true, p: 2f).reshape([images.shape[0], .. Enumerable.Repeat(1L, (int)images.dim() - 1)]);
    }

    /// <summary>Shortens perturbations that are longer than a radius.</summary>
    /// <param name="perturbations">[B,...].</param>
    /// <param name="radius">Above 0.</param>
    public static Tensor Shrink(Tensor perturbations, double radius)
    {
        Tensor norm = Norm(perturbations);
        return where(norm > radius, perturbations * (radius / (norm + Slack)), perturbations);
    }

    /// <summary>Perturbations such that the perturbed images are in [0,1] and within a radius of the images.</summary>
    /// <remarks>
    /// Clamps first and shortens then, which cannot leave the box again: the way from an image in the box to another stays inside.
    /// </remarks>
    /// <param name="images">[B,...] in [0,1].</param>
    /// <param name="perturbations">[B,...].</param>
    /// <param name="radius">Above 0.</param>
    public static Tensor Project(Tensor images, Tensor perturbations, double radius) =>
        Shrink((images + perturbations).clamp(0, 1) - images, radius);

    /// <summary>
    /// A perturbed image as float32 values that lie within the radius exactly: lengths in double, of the floats themselves.
    /// </summary>
    /// <param name="image">One image's values, in [0,1].</param>
    /// <param name="perturbed">The perturbed image's values; moved towards the image until they are within the radius and in [0,1].</param>
    /// <param name="radius">At least 0.</param>
    /// <returns>The distance, at most the radius.</returns>
    public static double MoveInside(ReadOnlySpan<float> image, Span<float> perturbed, double radius)
    {
        for (int i = 0; i < perturbed.Length; i++)
            perturbed[i] = float.IsNaN(perturbed[i]) ? image[i] : Math.Clamp(perturbed[i], 0f, 1f);
        double distance = Distance(image, perturbed);
        for (double keep = 1 - 1e-7; distance > radius; keep -= 1e-6)
        {
            double share = Math.Max(0, keep) * radius / distance;
            for (int i = 0; i < perturbed.Length; i++)
                perturbed[i] = (float)(image[i] + share * ((double)perturbed[i] - image[i]));
            distance = Distance(image, perturbed);
        }

        return distance;
    }

    // Each difference of two floats in [0,1] and its square are exact in double but for the last bits; rounded up against the attacker.
    private static double Distance(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        double sum = 0;
        for (int i = 0; i < one.Length; i++)
        {
            double difference = (double)one[i] - other[i];
            sum += difference * difference;
        }

        return Math.Sqrt(sum) * (1 + one.Length * 2.3e-16);
    }
}

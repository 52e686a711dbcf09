using System.Security.Cryptography;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Preprocessing;
using DenoisedSmoothing.Verification;
using TorchSharp;

namespace DenoisedSmoothing.Experiments;

/// <summary>The images on which votes are drawn again, and the random share of them.</summary>
/// <param name="path">What is drawn again, for errors.</param>
/// <param name="images">The data set.</param>
/// <param name="preprocess">What happens to an image before the noise; null for nothing.</param>
internal sealed class RedrawImages(string path, IImageDataset images, ImagePreprocess? preprocess)
{
    private const int Resolution = 1 << 30;

    /// <summary>A share, refused where it is none.</summary>
    public static double Share(double value) => value is > 0 and <= 1
        ? value
        : throw new ArgumentOutOfRangeException(nameof(RedrawRun.Share), value, "The share to draw again must be above 0 and at most 1.");

    /// <summary>A random share of what was read; at least one.</summary>
    public static IReadOnlyList<T> Picked<T>(T[] all, double share)
    {
        T[] picked = share >= 1 ? all : [.. all.Where(_ => RandomNumberGenerator.GetInt32(Resolution) < share * Resolution)];
        return picked.Length > 0 || all.Length == 0 ? picked : [all[RandomNumberGenerator.GetInt32(all.Length)]];
    }

    /// <summary>Draws the votes on one image again, and holds its label against the data set.</summary>
    /// <param name="index">Its index.</param>
    /// <param name="label">Its true label, as it is claimed.</param>
    /// <param name="votes">How many votes.</param>
    /// <param name="verify">Draws them.</param>
    /// <exception cref="InvalidDataException">There is no such image, or it cannot be read.</exception>
    public RedrawnCertificate Redraw(
        long index, int label, long votes, Func<torch.Tensor, IReadOnlyList<VerificationFinding>> verify)
    {
        if (index >= images.Count)
            throw new InvalidDataException($"{path} has image {index}, and the data set ends at {images.Count - 1}.");
        using torch.Tensor raw = images.Image((int)index);
        using torch.Tensor? prepared = preprocess?.Apply(raw);
        List<VerificationFinding> findings = [.. verify(prepared ?? raw)];
        if (images.Label((int)index) is var its && its != label)
        {
            findings.Add(new VerificationFinding(
                VerificationSeverity.Overstated, "label", $"the true label is {label} in the log, and {its} in the data set"));
        }

        return new RedrawnCertificate(index, votes, findings);
    }
}

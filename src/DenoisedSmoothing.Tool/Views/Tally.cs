using System.Globalization;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool;

/// <summary>Certified accuracy so far.</summary>
internal sealed class Tally
{
    private static readonly double[] s_radii = [0, 0.25, 0.5, 0.75, 1];
    private readonly long[] _certified = new long[s_radii.Length];

    public long Images { get; private set; }

    public long Abstained { get; private set; }

    public void Add(int label, int? predicted, double radius)
    {
        Images++;
        if (predicted is null)
            Abstained++;
        for (int i = 0; i < s_radii.Length; i++)
        {
            if (predicted == label && radius >= s_radii[i])
                _certified[i]++;
        }
    }

    /// <summary>
    /// Shares of images that are correct, and certified as such within each radius; for predictions only the first counts.
    /// </summary>
    public string Text(CertificationLogKind kind) => Images == 0 ? "no image yet"
        : kind == CertificationLogKind.Predict ? string.Create(CultureInfo.InvariantCulture, $"right {Share(0)}, abstained {Abstained}")
        : "certified accuracy " + string.Join("  ", s_radii.Select((radius, i) => string.Create(CultureInfo.InvariantCulture,
            $"r={radius}: {Share(i)}"))) + string.Create(CultureInfo.InvariantCulture, $", abstained {Abstained}");

    /// <summary>The same in few columns, without abstentions.</summary>
    public string Shares(CertificationLogKind kind) => Images == 0 ? "no image yet"
        : kind == CertificationLogKind.Predict ? $"right {Share(0)}"
        : "certified  " + string.Join("  ", s_radii.Select((radius, i) => string.Create(CultureInfo.InvariantCulture,
            $"{radius}: {Share(i)}")));

    /// <summary>Truncated: what is claimed is never rounded up.</summary>
    private string Share(int i) => (Math.Floor(1000m * _certified[i] / Images) / 10).ToString("F1", CultureInfo.InvariantCulture) + "%";
}

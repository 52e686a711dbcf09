using System.Globalization;

namespace DenoisedSmoothing.Tool;

/// <summary>What transfers kept, and what they cost.</summary>
internal sealed class TransferTally
{
    private long _images, _certified, _kept, _votes, _pairs;
    private double _before, _after;

    public void Add(Certificate certificate, double radius, VoteCounts pairs)
    {
        _images++;
        _certified += certificate.Abstained ? 0 : 1;
        _kept += radius > 0 ? 1 : 0;
        (_before, _after) = (_before + certificate.Radius, _after + radius);
        (_votes, _pairs) = (_votes + certificate.N0 + certificate.N, _pairs + pairs.Total);
    }

    /// <summary>Truncated: what is claimed is never rounded up.</summary>
    public override string ToString() => _images == 0 ? "nothing to transfer yet" : string.Create(CultureInfo.InvariantCulture,
        $"{_kept} of {_certified} certificates kept ({_images} images), mean radius {Cut(_before)} -> {Cut(_after)}, "
            + $"{_pairs} pairs of votes for {_votes} votes");

    private string Cut(double sum) => (Math.Floor(1000 * sum / _images) / 1000).ToString("F3", CultureInfo.InvariantCulture);
}

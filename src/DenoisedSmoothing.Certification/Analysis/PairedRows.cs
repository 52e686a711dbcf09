using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Analysis;

/// <summary>The lines of two logs for the same image, by its index.</summary>
internal static class PairedRows
{
    /// <exception cref="ArgumentException">The radii are in different norms.</exception>
    /// <exception cref="InvalidDataException">The logs have no image in common, or give one index different labels.</exception>
    public static IReadOnlyList<(CertificationLogRow First, CertificationLogRow Second)> Of(LogAnalysis first, LogAnalysis second)
    {
        if (first.Log.Norm != second.Log.Norm)
            throw new ArgumentException("The radii of the two logs are in different norms.", nameof(second));
        Dictionary<long, CertificationLogRow> others = second.Log.Rows.ToDictionary(static row => row.Index);
        List<(CertificationLogRow, CertificationLogRow)> pairs = [];
        foreach (CertificationLogRow row in first.Log.Rows)
        {
            if (!others.TryGetValue(row.Index, out CertificationLogRow? other))
                continue;
            if (row.Label != other.Label)
            {
                throw new InvalidDataException(
                    $"Image {row.Index} has the label {row.Label} in {first.Log.Path} and {other.Label} in {second.Log.Path}: the logs "
                        + "are not of the same images.");
            }

            pairs.Add((row, other));
        }

        return pairs.Count > 0
            ? pairs
            : throw new InvalidDataException($"{first.Log.Path} and {second.Log.Path} have no image in common.");
    }
}

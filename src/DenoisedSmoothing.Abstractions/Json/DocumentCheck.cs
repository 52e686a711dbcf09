using System.Globalization;

namespace DenoisedSmoothing;

/// <summary>What a JSON document must satisfy to become a record. Whether its claims are true is for a verifier to say.</summary>
internal static class DocumentCheck
{
    /// <exception cref="ArgumentException">The schema is not known.</exception>
    public static void Schema(int schema)
    {
        if (schema is < 1 or > Certificate.CurrentSchema)
            throw new ArgumentException($"Schema {schema} is not known to this version, which reads 1 to {Certificate.CurrentSchema}.");
    }

    /// <exception cref="ArgumentException">The value is not in the closed interval.</exception>
    public static void InRange(string name, double value, double least, double most)
    {
        if (!(value >= least && value <= most))
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{name} is {value}, outside its range."));
    }

    /// <exception cref="ArgumentException">The label is not a class of the votes.</exception>
    public static void Label(string name, int label, VoteCounts votes)
    {
        if (label < 0 || label >= votes.ClassCount)
            throw new ArgumentException($"{name} is {label}, but the votes are over {votes.ClassCount} classes.");
    }
}

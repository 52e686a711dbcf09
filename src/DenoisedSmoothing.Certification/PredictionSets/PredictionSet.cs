namespace DenoisedSmoothing.PredictionSets;

/// <summary>
/// The classes that an image may have: over images and noise, they contain the label with probability at least 1 -
/// <see cref="Miscoverage"/>, even if the image was moved by up to <see cref="Radius"/>. It says nothing about this one image:
/// docs/prediction-sets.md.
/// </summary>
public sealed record PredictionSet
{
    /// <summary>The classes in the set, in increasing order; may be empty. Copied, and compared by content.</summary>
    public required IReadOnlyList<int> Labels { get; init => field = new ValueList<int>(value); }

    /// <summary>The score of each class; NaN where the base classifier gave no finite one. Copied, and compared by content.</summary>
    public required IReadOnlyList<double> Scores { get; init => field = new ValueList<double>(value); }

    /// <summary>Classes whose score is at most this are in the set; infinite where all are.</summary>
    public required double Threshold { get; init; }

    /// <summary>How far the image may have been moved, in l2 and [0,1] pixel space.</summary>
    public required double Radius { get; init; }

    /// <summary>How often a set may miss the label.</summary>
    public required double Miscoverage { get; init; }

    /// <summary>Where the vote came from: enough to draw it again; null when the set was made from only scores.</summary>
    public Provenance? Provenance { get; init; }

    /// <summary>K.</summary>
    public int ClassCount => Scores.Count;

    /// <summary>Whether no class is in it: certainly a miss, which the miscoverage allows for.</summary>
    public bool IsEmpty => Labels.Count == 0;

    /// <summary>Whether all classes are in it: then it says nothing.</summary>
    public bool IsFull => Labels.Count == ClassCount;

    /// <summary>Whether a class is in the set.</summary>
    /// <param name="label">The class.</param>
    public bool Contains(int label) => Labels.Contains(label);
}

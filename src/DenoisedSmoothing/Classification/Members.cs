namespace DenoisedSmoothing.Classification;

/// <summary>Checks the members of an ensemble.</summary>
internal static class Members
{
    /// <summary>Checks and copies them.</summary>
    /// <exception cref="ArgumentException">There are none, or their numbers of classes differ.</exception>
    public static IClassifier[] Of(IReadOnlyList<IClassifier> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        return members.Count > 0 && members.All(member => member is not null && member.ClassCount == members[0].ClassCount)
            ? [.. members]
            : throw new ArgumentException("An ensemble needs at least one classifier, all with the same ClassCount.", nameof(members));
    }
}

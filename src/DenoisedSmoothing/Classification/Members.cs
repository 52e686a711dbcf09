namespace DenoisedSmoothing.Classification;

/// <summary>Members of an ensemble, checked.</summary>
internal static class Members
{
    /// <summary>A copy of them.</summary>
    /// <exception cref="ArgumentException">There is none, or their classes differ in number.</exception>
    public static IClassifier[] Of(IReadOnlyList<IClassifier> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        return members.Count > 0 && members.All(member => member is not null && member.ClassCount == members[0].ClassCount)
            ? [.. members]
            : throw new ArgumentException("An ensemble needs at least one classifier, all with the same ClassCount.", nameof(members));
    }
}

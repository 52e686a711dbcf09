namespace DenoisedSmoothing.Testing;

/// <summary>Tests that change or count what the whole process shares run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OneAtATime
{
    public const string Name = "one at a time";
}

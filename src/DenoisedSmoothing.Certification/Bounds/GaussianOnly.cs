namespace DenoisedSmoothing.Statistics;

/// <summary>What theorems about Gaussian noise require of a noise.</summary>
internal static class GaussianOnly
{
    /// <summary>Refuses a noise that certifies another norm than l2.</summary>
    public static IRadiusRule Check(IRadiusRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return rule.Norm == Norm.L2 ? rule : throw new ArgumentException(
            $"This radius is of Gaussian noise, in l2; '{rule.Description}' certifies {rule.Norm}.", nameof(rule));
    }
}

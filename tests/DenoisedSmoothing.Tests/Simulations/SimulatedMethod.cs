using DenoisedSmoothing.Baselines;

namespace DenoisedSmoothing.Testing;

/// <summary>What is simulated: a certifier at a claimed alpha, asked for certificates or for predictions.</summary>
/// <param name="Name">In the table.</param>
/// <param name="Alpha">The claim: not more than this share of the answers is wrong.</param>
/// <param name="Create">Makes the certifier at a level, which is the claim unless the method is doctored.</param>
/// <param name="Predicts">Whether predictions are asked for.</param>
internal sealed record SimulatedMethod(string Name, double Alpha, Func<double, ICertifier> Create, bool Predicts = false)
{
    private static readonly double[] s_alphas = [.001, .01, .05];

    /// <summary>Every certifier in every mode, at every alpha.</summary>
    public static IReadOnlyList<SimulatedMethod> All { get; } = [.. s_alphas.SelectMany(At)];

    private static IEnumerable<SimulatedMethod> At(double alpha)
    {
        yield return new("cohen n=100", alpha, a => new CohenCertifier(n0: 20, n: 100, a, predictN: 100));
        yield return new("cohen n=1000", alpha, a => new CohenCertifier(n0: 100, n: 1000, a));
        yield return new("cohen predicts", alpha, a => new CohenCertifier(alpha: a, predictN: 100), Predicts: true);
        yield return new("multiclass n=100", alpha, a => new MulticlassCertifier(n0: 20, n: 100, a));
        yield return new("multiclass n=1000", alpha, a => new MulticlassCertifier(n0: 100, n: 1000, a));
        yield return new("pixeldp n=100", alpha, a => new PixelDpCertifier(n0: 20, n: 100, a));
        yield return new("lecuyer n=1000", alpha, a => new LecuyerCertifier(n0: 100, n: 1000, a));
        yield return new("li n=1000", alpha, a => new LiCertifier(n0: 100, n: 1000, a));
        yield return new("staged", alpha, a => new Staged.StagedCertifier(.5, [100, 300, 1000], n0: 20, a, giveUp: .01));
        yield return new("sequential, one radius", alpha, a => new SequentialCertifier(new SequentialOptions
        {
            Alpha = a,
            Budget = 1000,
            TargetRadii = [.5],
        }));
        yield return new("sequential, three radii", alpha, a => new SequentialCertifier(new SequentialOptions
        {
            Alpha = a,
            Budget = 1000,
            TargetRadii = [.25, .5, 1],
        }));

        // The open mode stops where it first certifies anything: the worst moment there is.
        yield return new("sequential, open", alpha, a => new SequentialCertifier(new SequentialOptions
        {
            Alpha = a,
            Budget = 500,
            N0 = 20,
            RadiusGain = 10,
        }));
        yield return new("sequential predicts", alpha, a => new SequentialCertifier(new SequentialOptions
        {
            Alpha = a,
            PredictBudget = 500,
        }), Predicts: true);
    }
}

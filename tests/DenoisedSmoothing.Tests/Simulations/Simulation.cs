using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Testing;

/// <summary>How often a method was wrong where the truth is known.</summary>
/// <param name="Method">What was simulated.</param>
/// <param name="Classes">The number of classes.</param>
/// <param name="Runs">Answers asked for.</param>
/// <param name="Wrong">Answers that claim what is not true.</param>
/// <param name="WorstRuns">Answers asked for at the truth that was hardest on the method.</param>
/// <param name="WorstWrong">And how many of those were wrong.</param>
internal sealed record Simulation(SimulatedMethod Method, int Classes, long Runs, long Wrong, long WorstRuns, long WorstWrong)
{
    /// <summary>
    /// The chance that a sound method is called unsound, at each of a few hundred rows. Seeds are fixed: a check passes always or never.
    /// </summary>
    private const double Significance = 1e-6;

    /// <summary>Answers of one seed: blocks are the same whatever runs them, and in whatever order.</summary>
    private const int Block = 500;

    /// <summary>
    /// Whether so many wrong answers are plausible for a method that errs with probability alpha, overall and at its hardest truth.
    /// </summary>
    public bool IsPlausible => Plausible(Wrong, Runs) && Plausible(WorstWrong, WorstRuns);

    /// <summary>Simulates one method at every truth over a number of classes.</summary>
    /// <param name="method">What to simulate.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="runs">Answers to ask for at each truth, rounded up to whole blocks.</param>
    /// <param name="report">Told the answers of each block.</param>
    public static Simulation Of(SimulatedMethod method, int classes, long runs, Action<long>? report = null)
    {
        ICertifier certifier = method.Create(method.Alpha);
        IReadOnlyList<Truth> truths = Truth.Of(classes);
        long blocks = (runs + Block - 1) / Block;
        long[] wrong = new long[truths.Count];
        Parallel.For(0, blocks * truths.Count, index =>
        {
            (int truth, long block) = ((int)(index / blocks), index % blocks);
            VoteDraws random = new((ulong)HashCodeOf(method.Name, method.Alpha, classes) * 1_000_000_007 + (ulong)index);
            Interlocked.Add(ref wrong[truth], WrongIn(method, certifier, truths[truth], random));
            report?.Invoke(Block);
        });
        return new(method, classes, blocks * Block * truths.Count, wrong.Sum(), blocks * Block, wrong.Max());
    }

    private static long WrongIn(SimulatedMethod method, ICertifier certifier, Truth truth, VoteDraws random)
    {
        long wrong = 0;
        for (int run = 0; run < Block; run++)
        {
            bool contradicted = method.Predicts
                ? truth.Contradicts(truth.Run(certifier.Predict(truth.ClassCount), random))
                : truth.Contradicts(truth.Run(certifier.Certify(truth.ClassCount, Truth.Rule), random));
            wrong += contradicted ? 1 : 0;
        }

        return wrong;
    }

    private bool Plausible(long wrong, long runs) => ClopperPearson.Lower(wrong, runs, Significance) <= Method.Alpha;

    /// <summary>The same in every process, as string.GetHashCode is not.</summary>
    private static uint HashCodeOf(string name, double alpha, int classes)
    {
        uint hash = 2166136261;
        foreach (char letter in FormattableString.Invariant($"{name} {alpha} {classes}"))
            hash = (hash ^ letter) * 16777619;
        return hash;
    }
}

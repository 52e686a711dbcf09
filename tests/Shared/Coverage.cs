using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Testing;

/// <summary>Judges how often simulated certificates were wrong.</summary>
internal static class Coverage
{
    /// <summary>The chance that a sound certifier is called unsound. Seeds are fixed, so a test passes always or never.</summary>
    private const double Significance = 1e-6;

    /// <summary>Whether so many wrong ones are plausible for a method that errs with probability alpha, independently each time.</summary>
    public static bool IsPlausible(long wrong, long runs, double alpha) => BinomialTail.AtLeast(wrong, runs, alpha)
        .UpperProbability > Significance;
}

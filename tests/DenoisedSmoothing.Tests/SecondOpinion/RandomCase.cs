using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.SecondOpinion;

/// <summary>Random settings over the whole of their ranges, the ends more often than their share.</summary>
internal sealed class RandomCase(ulong seed)
{
    private readonly VoteDraws _draws = new(seed);

    public double Uniform() => _draws.Uniform();

    /// <summary>From low to high, every order of magnitude alike.</summary>
    public double LogUniform(double low, double high) => low * Math.Pow(high / low, Uniform());

    /// <summary>1 to 10^6, every order of magnitude alike.</summary>
    public int Trials() => (int)LogUniform(1, Factorials.Largest + .99);

    public int UpTo(int largest) => (int)(Uniform() * (largest + 1.0));

    /// <summary>0 to n: anywhere, close to either end, or close to one half.</summary>
    public int Successes(int n) => (int)(4 * Uniform()) switch
    {
        0 => UpTo(n),
        1 => n - Few(n),
        2 => Few(n),
        _ => Math.Clamp(n / 2 + (int)(6 * (Uniform() - .5) * Math.Sqrt(n)), 0, n),
    };

    public double Alpha() => Uniform() < .1 ? .5 + .45 * Uniform() : LogUniform(1e-12, .5);

    /// <summary>A probability strictly between 0 and 1: anywhere, close to either end, or close to one half.</summary>
    public double Probability() => (int)(4 * Uniform()) switch
    {
        0 => Math.Clamp(Uniform(), double.Epsilon, 1 - 1e-15),
        1 => Math.Max(1 - LogUniform(1.2e-16, .5), double.Epsilon),
        2 => LogUniform(1e-15, .5),
        _ => .5 + (Uniform() < .5 ? -1 : 1) * LogUniform(1e-16, .4),
    };

    private int Few(int n) => Math.Min(n, (int)LogUniform(1, Math.Min(n, 1000) + 1.0) - 1);
}

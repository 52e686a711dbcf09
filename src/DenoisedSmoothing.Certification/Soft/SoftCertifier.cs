using System.Globalization;
using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Soft;

/// <summary>
/// The statistics for certificates from mean scores: how many draws of the noise, and what their scores bound. Immutable.
/// </summary>
/// <remarks>
/// Soundness. The label comes from separate draws. <see cref="SoftForm.Bernstein"/> makes one bound, at alpha; the other classes have at
/// most the remainder, since scores add up to 1. <see cref="SoftForm.PixelDp"/> makes one lower and K - 1 upper bounds at alpha/K each.
/// Which of its two inequalities bounds them depends only on n, K and alpha, as in the released code; that code takes the winner of the
/// draws that bound it, with one bound for each class, which the union of K errors does not cover.
/// </remarks>
public sealed class SoftCertifier
{
    private const string BernsteinName = "bernstein", PixelDpName = "pixeldp-scores";
    private const double LeastShared = 1e-90;

    // Raised whenever the same scores can lead to another answer.
    private const int Version = 1;

    /// <summary>Creates the statistics.</summary>
    /// <param name="form">What is bounded, and by which theorem.</param>
    /// <param name="n0">Draws that pick the label, from 1 to 2^30.</param>
    /// <param name="n">Fresh draws that bound mean scores, from 2 to 2^30.</param>
    /// <param name="alpha">The allowed probability that a certificate is wrong, from 1e-90 to 1/2.</param>
    /// <param name="beta">How sharp scores are: they are softmax(beta times the logits); finite, above 0. MACER certifies with the beta
    /// used in training, 16.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public SoftCertifier(SoftForm form = SoftForm.Bernstein, int n0 = 100, long n = 100_000, double alpha = .001, double beta = 1)
    {
        if (!Enum.IsDefined(form))
            throw new ArgumentOutOfRangeException(nameof(form), form, "The form must be Bernstein or PixelDp.");
        Require.CertifierAlpha(alpha);
        if (alpha < LeastShared)
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Alpha is shared among the classes and must be at least 1e-90.");
        if (!(beta > 0 && double.IsFinite(beta)))
            throw new ArgumentOutOfRangeException(nameof(beta), beta, "Beta must be finite and above 0.");
        (Form, N0, N) = (form, (int)AtLeast(1, n0, nameof(n0)), AtLeast(2, n, nameof(n)));
        (Alpha, Beta) = (alpha, beta);
        Method = CertificationMethod.Parse(string.Create(CultureInfo.InvariantCulture,
            $"{(form == SoftForm.Bernstein ? BernsteinName : PixelDpName)} n0={n0} n={n} alpha={alpha} beta={beta} version={Version}"));
    }

    /// <summary>What is bounded, and by which theorem.</summary>
    public SoftForm Form { get; }

    /// <summary>Draws that pick the label.</summary>
    public int N0 { get; }

    /// <summary>Fresh draws that bound mean scores.</summary>
    public long N { get; }

    /// <summary>The allowed probability that a certificate is wrong.</summary>
    public double Alpha { get; }

    /// <summary>How sharp scores are.</summary>
    public double Beta { get; }

    /// <summary>Name and parameters: everything that decides an answer.</summary>
    public CertificationMethod Method { get; }

    /// <summary>Makes the statistics from a method's text; null where it is not one of these.</summary>
    /// <param name="method">Such as <c>bernstein n0=100 n=100000 alpha=0.001 beta=1 version=1</c>.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or not known.</exception>
    public static SoftCertifier? Find(CertificationMethod method)
    {
        ArgumentNullException.ThrowIfNull(method);
        if (method.Name is not (BernsteinName or PixelDpName))
            return null;
        MethodParameters parameters = new(method);
        parameters.Constant("version", Version);
        SoftCertifier certifier = new(method.Name == BernsteinName ? SoftForm.Bernstein : SoftForm.PixelDp,
            (int)Math.Min(parameters.Count("n0", 100), int.MaxValue), parameters.Count("n", 100_000), parameters.Number("alpha", .001),
            parameters.Number("beta", 1));
        parameters.NothingElse();
        return certifier;
    }

    /// <summary>What the settings cannot do; empty when all is well.</summary>
    /// <param name="classCount">K, at least 2.</param>
    public IReadOnlyList<string> Warnings(int classCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 2);
        (double lower, double upper) = Form == SoftForm.Bernstein
            ? (EmpiricalBernstein.Lower(1, 0, N, Alpha), .5)
            : (ScoreBounds.Lower(1, 0, N, Alpha / classCount), ScoreBounds.Upper(0, 0, N, Alpha / classCount));
        return lower > upper
            ? []
            : [string.Create(CultureInfo.InvariantCulture,
                $"Every certification will abstain: even {N} scores of 1 do not show, at alpha = {Alpha}, that a label leads. ")
                + "Raise n or alpha."];
    }

    /// <summary>Makes a certificate from scores.</summary>
    /// <param name="selected">The label, chosen without these scores.</param>
    /// <param name="scores">The scores of every class on independent draws of the noise, in the order of the classes; only for the selected
    /// label where <see cref="Form"/> asks for no more (the others may be empty).</param>
    /// <param name="rule">What the noise certifies. Its theorem is about probabilities, but holds for means of scores in [0,1] too: a score
    /// is the probability of a vote drawn from it.</param>
    /// <exception cref="ArgumentException">The label is not one of the classes, there are fewer than two, or the theorem is about Gaussian
    /// noise and this is another.</exception>
    public SoftCertificate Certify(int selected, IReadOnlyList<ScoreSums> scores, IRadiusRule rule)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentOutOfRangeException.ThrowIfLessThan(scores.Count, 2, nameof(scores));
        if (selected < 0 || selected >= scores.Count)
            throw new ArgumentOutOfRangeException(nameof(selected), selected, $"The label is one of {scores.Count} classes, from 0.");
        ScoreSums its = scores[selected];
        ScoreSums? rival = null;
        double lower, upper, radius;
        if (Form == SoftForm.Bernstein)
        {
            lower = its.Lower(Alpha);
            upper = CertificationTest.ComplementRoundedUp(lower);
            radius = lower > upper ? rule.Radius(lower, upper) : 0;
        }
        else
        {
            GaussianOnly.Check(rule);
            double share = Math.BitDecrement(Alpha / scores.Count); // rounded down
            lower = ScoreBounds.Lower(its, share);
            rival = scores.Where((_, label) => label != selected).MaxBy(other => ScoreBounds.Upper(other, share))!;
            upper = Math.Min(ScoreBounds.Upper(rival, share), CertificationTest.ComplementRoundedUp(lower));
            // The noise's own radius holds for the noise that is drawn; no other theorem may claim more.
            radius = lower > upper ? Math.Min(rule.Radius(lower, upper), LecuyerRadius.FromBounds(lower, upper, rule.Sigma)) : 0;
        }

        return new SoftCertificate
        {
            Label = lower > upper ? selected : null,
            Radius = radius,
            Norm = rule.Norm,
            SelectedLabel = selected,
            MeanLower = lower,
            RivalUpper = upper,
            Mean = its.Mean,
            Variance = its.Variance,
            RivalMean = rival?.MeanUpper,
            RivalVariance = rival?.Variance,
            ClassCount = scores.Count,
            N0 = N0,
            N = its.Count,
            Alpha = Alpha,
            Sigma = rule.Sigma,
            Noise = rule.Description,
            Method = Method,
        };
    }

    private static long AtLeast(long least, long value, string name) => value >= least && value <= ScoreSums.MaxCount
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} must be from {least} to 2^30.");
}

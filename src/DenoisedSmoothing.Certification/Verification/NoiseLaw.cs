namespace DenoisedSmoothing.Verification;

/// <summary>
/// A noise law as the verifier knows it: which radius bounds on the votes give under it, computed by this folder's own means.
/// </summary>
/// <param name="Norm">The norm of its radii.</param>
/// <param name="Sigma">The standard deviation of the noise from which radii are computed.</param>
/// <param name="Scheme">How the versions of its generators begin, in <see cref="Provenance.Noise"/>.</param>
/// <param name="Dimension">The number of values of the image; null where the law does not depend on it.</param>
internal abstract record NoiseLaw(Norm Norm, double Sigma, string Scheme, long? Dimension)
{
    /// <summary>The law of a certificate; null where it is not known here.</summary>
    /// <param name="text">Such as <c>grid-gaussian sigma=0.5 dimension=784</c>; null in certificates of schema 1, which are for Gaussian
    /// noise.</param>
    /// <param name="sigma">The certificate's sigma.</param>
    public static NoiseLaw? Of(string? text, double sigma)
    {
        if (text is null)
            return new GaussianLaw(sigma);
        if (!CertificationMethod.TryParse(text, out CertificationMethod? words))
            return null;
        return words.Name switch
        {
            "gaussian" when Number("sigma") is { } own => new GaussianLaw(own),
            "grid-gaussian" when Number("sigma") is { } own && Number("dimension") is { } size and >= 1 =>
                new GridGaussianLaw(own, (long)size),
            "uniform" when Number("lambda") is { } lambda && Number("dimension") is { } size and >= 1 => new UniformLaw(lambda, (long)size),
            _ => null,
        };

        double? Number(string name) =>
            PlainNumber.TryParse(words.Parameters.GetValueOrDefault(name), out double value) && value > 0
            ? value
            : null;
    }

    /// <summary>The radius for a label with probability at least pA whose rivals have at most pB each; 0 where there is none.</summary>
    public abstract Enclosure Radius(double pA, double pB);

    /// <summary>The probability that a label needs for a radius when nothing is known about the others, to about 1e-13.</summary>
    public abstract double ProbabilityFor(double radius);

    /// <summary>Whether pB only says that the label's votes are not its rivals'.</summary>
    protected static bool IsOneSided(double pA, double pB) => pB >= 1 - pA;

    private sealed record GaussianLaw(double Sigma) : NoiseLaw(Norm.L2, Sigma, "philox4x32-10/box-muller/", null)
    {
        public override Enclosure Radius(double pA, double pB) =>
            IsOneSided(pA, pB) ? Between(pA, .5, Sigma) : Between(pA, pB, Sigma / 2);

        public override double ProbabilityFor(double radius) => NormalTail.Below(radius / Sigma).Lower;
    }

    /// <summary>
    /// Gaussian noise on a grid: the law deviates by at most tau = 2^-39 d from exact Gaussian noise in any probability, and two images
    /// move by at most the grid's step times the square root of d, where the step is the largest power of two up to sigma / 2^20
    /// (docs/design.md).
    /// </summary>
    private sealed record GridGaussianLaw(double Sigma, long Size) : NoiseLaw(Norm.L2, Sigma, "philox4x32-10/grid-gaussian/", Size)
    {
        private double Tau => Math.ScaleB(Size, -39);

        private double Shift => Math.Pow(2, Math.Floor(Math.Log2(Sigma)) - 20) * Math.Sqrt(Size);

        public override Enclosure Radius(double pA, double pB)
        {
            double a = pA - Tau, b = pB + Tau;
            if (IsOneSided(pA, pB))
                return Less(Between(a, .5 + Tau, Sigma));

            // Where label and rival meet is free to choose: the best place is where both are equally far from it.
            double low = b, high = a;
            for (int i = 0; i < 60 && low < high; i++)
            {
                double middle = low + (high - low) / 2;
                if (Between(a, middle + Tau, Sigma).Upper > Between(middle - Tau, b, Sigma).Upper)
                    low = middle;
                else
                    high = middle;
            }

            Enclosure one = Between(a, low + Tau, Sigma), other = Between(high - Tau, b, Sigma);
            return Less(new Enclosure(Math.Min(one.Lower, other.Lower) * (1 - 1e-9), Math.Max(one.Upper, other.Upper)));
        }

        public override double ProbabilityFor(double radius) =>
            radius == 0 ? .5 : NormalTail.Below((radius + Shift) / Sigma + NormalTail.Quantile(.5 + Tau).Lower).Lower + Tau;

        private Enclosure Less(Enclosure radius) => new(
            Math.Max(0, radius.Lower - Shift * (1 + 1e-15)), Math.Max(0, radius.Upper - Shift * (1 - 1e-15)));
    }

    /// <summary>
    /// Uniform noise on [-lambda, lambda) in steps of 2^-44: lambda (pA - pB), or 2 lambda (pA - 1/2), minus a step for each value of the
    /// image and 2^-73 d from the probabilities.
    /// </summary>
    private sealed record UniformLaw(double Lambda, long Size) : NoiseLaw(Norm.L1, Lambda / Math.Sqrt(3), "philox4x32-10/uniform/", Size)
    {
        private double Moved => Math.ScaleB(Size, -44);

        public override Enclosure Radius(double pA, double pB)
        {
            double lead = (IsOneSided(pA, pB) ? 2 * (pA - .5) : pA - pB) - Math.ScaleB(Size, -73), radius = Lambda * lead - Moved;
            double error = 1e-15 * (Lambda * Math.Abs(lead) + Moved + Lambda * 1e-1);
            return new Enclosure(Math.Max(0, radius - error), Math.Max(0, radius + error));
        }

        public override double ProbabilityFor(double radius) =>
            radius == 0 ? .5 : .5 + (radius + Moved) / (2 * Lambda) + Math.ScaleB(Size, -74);
    }

    /// <summary>scale (quantile of high - quantile of low), 0 where that is negative or an end is not a probability.</summary>
    private static Enclosure Between(double high, double low, double scale)
    {
        if (!(low > 0 && low < high && high < 1))
            return new Enclosure(0, 0);
        Enclosure above = NormalTail.Quantile(high), below = NormalTail.Quantile(low);
        return new Enclosure(Math.Max(0, scale * (above.Lower - below.Upper) * (1 - 4e-16)),
            scale * (above.Upper - below.Lower) * (1 + 4e-16));
    }
}

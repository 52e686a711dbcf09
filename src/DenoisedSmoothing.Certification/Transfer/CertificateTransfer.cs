using System.Globalization;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Transfer;

/// <summary>
/// Transfers the certificate of a classifier f to a successor f' that votes almost alike, such as f in lower precision, quantised or
/// fine-tuned, using votes of both on the same noise, far fewer than a new certificate takes (S. Ugare et al., "Incremental randomized
/// smoothing certification", ICLR 2024).
/// </summary>
/// <remarks>
/// <para>
/// Soundness. The certificate says that f votes for the label with probability at least pA, and errs with probability at most its alpha.
/// f' votes for it with probability at least P(f: label) - P(f: label, f': not). The pairs bound the second from above by zeta
/// (Clopper-Pearson), which errs with probability at most <see cref="Alpha"/>. Both hold with probability at least 1 - the sum of the two,
/// however they depend: so f' has pA - zeta, and the corresponding radius. How f' came about does not matter, only that f' was fixed before
/// the pairs were drawn. A certificate that also has a bound pB on every other class gets pA - zeta and pB + zeta, where zeta bounds P(f
/// and f' differ). docs/statistics.md has the proof and what it saves.
/// </para>
/// Immutable and safe for concurrent use.
/// </remarks>
public sealed class CertificateTransfer
{
    /// <summary>The number of <see cref="PairOutcome"/>s: the classes of a transfer's votes.</summary>
    public const int OutcomeCount = 4;

    // Raised whenever the same pairs can lead to another answer.
    private const int Version = 1;

    /// <summary>Creates the transfer.</summary>
    /// <param name="pairs">Noisy images that both classifiers vote on; at least 1. SamplePlan.TransferPairs says how many a radius
    /// needs.</param>
    /// <param name="alpha">
    /// The allowed probability that the bound on the difference is wrong, from <see cref="ClopperPearson.MinAlpha"/> to 1/2. The
    /// certificate's own alpha is added to it.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range; no count may exceed 2^53.</exception>
    public CertificateTransfer(long pairs = 2000, double alpha = .001)
    {
        if (pairs is < 1 or > ClopperPearson.MaxTrials)
            throw new ArgumentOutOfRangeException(nameof(pairs), pairs, "The number of pairs must be between 1 and 2^53.");
        Require.CertifierAlpha(alpha);
        (Pairs, Alpha) = (pairs, alpha);
        Method = CertificationMethod.Parse(
            string.Create(CultureInfo.InvariantCulture, $"transfer pairs={pairs} alpha={alpha} version={Version}"));
    }

    /// <summary>Noisy images that both classifiers vote on.</summary>
    /// <value>2,000 by default: zeta is .0034 if none of them differs.</value>
    public long Pairs { get; }

    /// <summary>The allowed probability that the bound on the difference is wrong.</summary>
    /// <value>0.001 by default.</value>
    public double Alpha { get; }

    /// <summary>The method and everything that decides its answers: equal text means equal method.</summary>
    public CertificationMethod Method { get; }

    /// <summary>Starts the transfer of one certificate: a test whose votes are <see cref="PairOutcome"/>s under fresh noise.</summary>
    /// <param name="certificate">A certificate of f that certifies a label.</param>
    /// <exception cref="ArgumentException">The certificate abstains: there is nothing to transfer.</exception>
    public IVoteTest<TransferredCertificate> Start(Certificate certificate)
    {
        CheckLabel(certificate);
        return new TransferTest(this, certificate);
    }

    /// <summary>The certificate of f' from given pairs: what a sceptic recomputes.</summary>
    /// <param name="certificate">A certificate of f that certifies a label.</param>
    /// <param name="pairs">How often each <see cref="PairOutcome"/> occurred among <see cref="Pairs"/> pairs.</param>
    /// <exception cref="ArgumentException">The certificate abstains, or the pairs have another number or other outcomes.</exception>
    public TransferredCertificate Conclude(Certificate certificate, VoteCounts pairs)
    {
        CheckLabel(certificate);
        ArgumentNullException.ThrowIfNull(pairs);
        if (pairs.ClassCount != OutcomeCount || pairs.Total != Pairs)
            throw new ArgumentException(
                $"A transfer concludes from {Pairs} pairs of {OutcomeCount} outcomes; got {pairs.Total} of {pairs.ClassCount}.",
                nameof(pairs));

        // Only the certificate decides which of the two statements is made, so that one bound, at one alpha, is enough.
        bool boundsOthers = certificate.PBUpper < CertificationTest.ComplementRoundedUp(certificate.PALower);
        // A pair without an outcome counts as the worst one.
        long lost = pairs[(int)PairOutcome.Lost] + pairs.Missed, differ = lost + pairs[(int)PairOutcome.Changed];
        double zeta = ClopperPearson.Upper(boundsOthers ? differ : lost, pairs.Total, Alpha);
        double pALower = Math.Max(0, Math.BitDecrement(certificate.PALower - zeta));
        double complement = CertificationTest.ComplementRoundedUp(pALower);
        double pBUpper = boundsOthers ? Math.Min(Math.BitIncrement(certificate.PBUpper + zeta), complement) : complement;
        bool certified = pALower > pBUpper;
        return new TransferredCertificate
        {
            Original = certificate,
            Pairs = pairs,
            Zeta = zeta,
            TransferAlpha = Alpha,
            Label = certified ? certificate.Label : null,
            Radius = certified ? RadiusRules.Of(certificate).Radius(pALower, pBUpper) : 0,
            PALower = pALower,
            PBUpper = pBUpper,
            Method = Method,
        };
    }

    /// <summary>The answer of f' where f's certificate abstains: an abstention, without pairs.</summary>
    /// <param name="certificate">A certificate of f that certifies no label.</param>
    /// <exception cref="ArgumentException">The certificate certifies a label.</exception>
    public TransferredCertificate Abstain(Certificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (!certificate.Abstained)
            throw new ArgumentException("The certificate certifies a label: transfer it.", nameof(certificate));
        return new TransferredCertificate
        {
            Original = certificate,
            Pairs = new VoteCounts(new long[OutcomeCount]),
            Zeta = 1,
            TransferAlpha = Alpha,
            Label = null,
            Radius = 0,
            PALower = 0,
            PBUpper = 1,
            Method = Method,
        };
    }

    private static void CheckLabel(Certificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (certificate.Abstained)
            throw new ArgumentException("The certificate abstains, so there is nothing to transfer: certify the successor itself.",
                nameof(certificate));
    }
}

using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Transfer;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Testing;

/// <summary>How often certificates given to a successor are wrong, where the truth of both classifiers is known.</summary>
/// <param name="Name">What was simulated.</param>
/// <param name="Alpha">The claim: the certificate's alpha and the transfer's.</param>
/// <param name="Runs">Transfers, those included whose certificate abstained.</param>
/// <param name="Wrong">Transferred certificates that claim what is not true.</param>
internal sealed record TransferSimulation(string Name, double Alpha, long Runs, long Wrong)
{
    private const int Block = 500;

    /// <summary>
    /// Makes a certificate of label 0 whose bound is all but the true probability, so that nothing hides an error of zeta.
    /// </summary>
    private static readonly CohenCertifier s_sharp = new(n0: 1, n: 1L << 36, alpha: 1e-9);

    /// <summary>Whether so many wrong ones are plausible.</summary>
    public bool IsPlausible => ClopperPearson.Lower(Wrong, Runs, 1e-6) <= Alpha;

    /// <summary>Certificates with votes of their own.</summary>
    public static TransferSimulation Of(PairTruth truth, ICertifier certifier, double alpha, long pairs, double alphaZeta, long runs) =>
        Run(
        $"{certifier.Method.Name}, {truth.Name}", alpha + alphaZeta, runs, pairs, truth,
        random => truth.Certify(certifier, random), new CertificateTransfer(pairs, alphaZeta));

    /// <summary>Certificates that know the label's probability: only zeta can be wrong.</summary>
    /// <param name="truth">The truth.</param>
    /// <param name="pairs">Pairs of one transfer.</param>
    /// <param name="alphaZeta">What the transfer claims.</param>
    /// <param name="runs">Transfers.</param>
    /// <param name="usedAlpha">What it works at: more than the claim where it is doctored.</param>
    /// <param name="copies">How often each pair is counted: once unless it is doctored.</param>
    public static TransferSimulation OfZeta(PairTruth truth, long pairs, double alphaZeta, long runs, double? usedAlpha = null, int copies =
        1)
    {
        Certificate certificate = Sharp(truth.Probability);
        return Run($"pA known, {truth.Name}", alphaZeta + s_sharp.Alpha, runs, pairs, truth, _ =>
            certificate, new CertificateTransfer(pairs, usedAlpha ?? alphaZeta), copies);
    }

    private static TransferSimulation Run(
        string name, double alpha, long runs, long pairs, PairTruth truth, Func<VoteDraws, Certificate> certify,
            CertificateTransfer transfer, int copies = 1)
    {
        long wrong = 0, blocks = (runs + Block - 1) / Block;
        Parallel.For(0, blocks, block =>
        {
            VoteDraws random = new(77 + (ulong)block * 1_000_000_007);
            for (int run = 0; run < Block; run++)
            {
                Certificate certificate = certify(random);
                if (certificate.Label is not { } label)
                    continue;
                long[] outcomes = [.. truth.Draw(random, pairs / copies, label).AsSpan().ToArray().Select(count => copies * count)];
                Interlocked.Add(ref wrong, truth.Contradicts(transfer.Conclude(certificate, new VoteCounts(outcomes))) ? 1 : 0);
            }
        });
        return new(name, alpha, blocks * Block, wrong);
    }

    private static Certificate Sharp(double probability)
    {
        IVoteTest<Certificate> test = s_sharp.Certify(3, 1);
        test.Observe(new VoteCounts(1, 0, 0));
        long votes = (long)(probability * s_sharp.N);
        test.Observe(new VoteCounts(votes, s_sharp.N - votes, 0));
        return test.Result;
    }
}

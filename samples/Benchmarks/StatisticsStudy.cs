using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Benchmarks;

/// <summary>What a certifier costs and certifies on the images of a log, simulated with the log's probabilities.</summary>
/// <param name="MeanVotes">Mean votes per image, selection included.</param>
/// <param name="VotesError">Standard error of that mean over the seeds.</param>
/// <param name="CertifiedAccuracy">Share of images certified with their own label, at each radius.</param>
/// <param name="AverageRadius">Mean of radius times correct.</param>
internal sealed record StatisticsStudy(double MeanVotes, double VotesError, double[] CertifiedAccuracy, double AverageRadius)
{
    public static StatisticsStudy Run(RecoveredImage[] images, ICertifier certifier, double sigma, double[] radii, int seeds)
    {
        double[] votes = new double[seeds], acr = new double[seeds];
        double[][] accuracy = new double[seeds][];
        certifier.Certify(2, sigma); // plans are made once
        Parallel.For(0, seeds, seed =>
        {
            Random random = new(1000 + seed);
            accuracy[seed] = new double[radii.Length];
            foreach (RecoveredImage image in images)
            {
                (Certificate certificate, long drawn) = Certify(image, certifier.Certify(2, sigma), random);
                votes[seed] += (double)drawn / images.Length;
                if (!image.Correct || certificate.Label != 0)
                    continue;
                acr[seed] += certificate.Radius / images.Length;
                for (int i = 0; i < radii.Length; i++)
                    accuracy[seed][i] += certificate.Radius >= radii[i] ? 1.0 / images.Length : 0;
            }
        });

        double mean = votes.Average();
        double error = seeds > 1 ? Math.Sqrt(votes.Sum(v => (v - mean) * (v - mean)) / (seeds - 1) / seeds) : double.NaN;
        return new(mean, error, [.. radii.Select((_, i) => accuracy.Average(row => row[i]))], acr.Average());
    }

    /// <summary>
    /// Label 0 is the log's top label. Above one half all other votes are the runner-up's, the hardest case for selection; below, the label
    /// that is selected has the probability drawn for the row.
    /// </summary>
    private static (Certificate Certificate, long Drawn) Certify(RecoveredImage image, IVoteTest<Certificate> test, Random random)
    {
        double p = image.P;
        long drawn = 0;
        while (test.Next is { } want)
        {
            long zero = BinomialDraw.Next(random, want.Count, p);
            if (want.Phase == VotePhase.Selection && p < .5)
                zero = want.Count;
            test.Observe(new VoteCounts(zero, want.Count - zero));
            drawn += want.Count;
        }

        return (test.Result, drawn);
    }
}

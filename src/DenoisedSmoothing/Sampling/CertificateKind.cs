using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Sampling;

/// <summary>Asks for certificates for the same function throughout a call.</summary>
/// <param name="certifier">The statistics.</param>
/// <param name="classCount">K.</param>
/// <param name="noise">The smoothing noise.</param>
/// <param name="identity">Which function it is.</param>
/// <param name="devices">The kinds of device that compute.</param>
/// <param name="budget">What an answer may cost where its image does not say.</param>
internal sealed class CertificateKind(
    ICertifier certifier, int classCount, ISmoothingNoise noise, ReplicaIdentity identity, string devices, Budget? budget)
    : ISmoothingKind<Certificate>
{
    private ReplicaIdentity.Reading? _before;

    public Budget? Budget => budget;

    public VoteJob<Certificate> Open(ReadImage image, JobLimits limits)
    {
        _before ??= identity.Now(); // before the first vote; it may hash half a billion weights, so once per call
        IRadiusRule rule = noise.RuleFor(image.Values.Length);
        return new VoteJob<Certificate>(image, classCount, VotePhase.Estimation, limits, () => certifier.Certify(classCount, rule));
    }

    public Certificate Finish(VoteJob<Certificate> job, Certificate result)
    {
        identity.Confirm(_before!);
        return result with
        {
            Stopped = job.Stopped,
            Provenance = job.Image.ProvenanceOf(noise, _before!, devices, job.Batch),
        };
    }
}

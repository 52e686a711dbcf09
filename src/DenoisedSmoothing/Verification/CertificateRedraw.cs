using System.Globalization;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Sampling;
using DenoisedSmoothing.Staged;
using DenoisedSmoothing.Votes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Verification;

/// <summary>
/// Draws the votes of certificates again, from the image, the base classifier and the certificate's own provenance, and names every
/// difference: for a reader who does not trust the votes. <see cref="CertificateVerifier"/> says whether the rest follows from them.
/// </summary>
/// <remarks>
/// A loop of its own over noise, forward pass and count: it shares neither the scheduler nor the certifier with what it checks. It costs
/// what the certificate cost. Safe for concurrent use if the base classifier is; it disposes nothing.
/// </remarks>
/// <param name="classifier">The base classifier that is said to have voted.</param>
/// <param name="device">Where it computes, such as <c>cpu</c> or <c>cuda</c>.</param>
public sealed class CertificateRedraw(IBaseClassifier classifier, string device = "cpu")
{
    private readonly Device _device = LibTorch.DeviceNamed(device);

    /// <summary>Draws a certificate's votes again.</summary>
    /// <param name="image">The image that was certified, [C,H,W] in [0,1].</param>
    /// <param name="certificate">Its certificate, with provenance.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>
    /// Every difference; empty when the votes are those of the certificate. <see cref="VerificationSeverity.Unknown"/> where image, base
    /// classifier, arithmetic or device are not the certificate's, so that its votes cannot be drawn here.
    /// <see cref="VerificationSeverity.Different"/> for other votes under other software, where near ties may fall differently;
    /// <see cref="VerificationSeverity.Overstated"/> for other votes under the same.
    /// </returns>
    /// <exception cref="ArgumentException">The image is not [C,H,W] in [0,1].</exception>
    /// <exception cref="OperationCanceledException">The drawing was stopped.</exception>
    public IReadOnlyList<VerificationFinding> Verify(
        Tensor image, Certificate certificate, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        Findings findings = new();
        if (certificate.Provenance is not { } from)
        {
            findings.Unknown("provenance", $"there is none, so nothing says which noise to draw");
            return findings.All;
        }

        (float[] values, long[] shape) = ImageTensors.Read(image);
        // The hash is of the values alone, and the noise law's dimension is checked against the shape that is claimed.
        Setting(findings, "imageShape", string.Join('x', from.ImageShape), string.Join('x', shape));
        Setting(findings, "imageHash", from.ImageHash, Convert.ToHexStringLower(ImageTensors.Hash(values)));
        ReplicaIdentity.Reading here = new ReplicaIdentity([classifier], [_device]).Now();
        Setting(findings, "baseClassifier", from.BaseClassifier, here.Fingerprint);
        Setting(findings, "precision", from.Precision, here.Precision);
        Setting(findings, "device", from.Device, _device.type.ToString().ToLowerInvariant());
        Setting(findings, "classCount", certificate.SelectionVotes.ClassCount, classifier.ClassCount);
        Possible(certificate, from, values.Length, findings);
        if (NoiseOf(certificate, findings) is not { } noise || findings.All.Count > 0)
            return findings.All;

        RedrawnRows rows = new(classifier, _device, noise, from, values, shape);
        (long selection, long estimation) = FirstSamples(certificate);
        Votes(findings, "selectionVotes", certificate.SelectionVotes,
            rows.Count(VotePhase.Selection, selection, certificate.N0, cancellationToken), from);
        Votes(findings, "estimationVotes", certificate.EstimationVotes,
            rows.Count(VotePhase.Estimation, estimation, certificate.N, cancellationToken), from);
        return findings.All;
    }

    /// <summary>A forged certificate may name numbers that no run has.</summary>
    private static void Possible(Certificate certificate, Provenance from, int length, Findings findings)
    {
        if (Math.Max(certificate.N0, certificate.N) > NoiseCoordinate.MaxSamples)
            findings.Overstated("votes", $"an image has at most 2^{NoiseCoordinate.SampleBits} votes of one phase");
        if (from.Batch < 1 || (long)from.Batch * length > int.MaxValue / sizeof(float))
            findings.Unknown("batch", $"{from.Batch} rows of {length} values are not a batch that this library draws");
        if (from.ImageIndex is < 0 or >= NoiseCoordinate.MaxImages)
            findings.Unknown("imageIndex", $"{from.ImageIndex} is not in [0, 2^{NoiseCoordinate.ImageBits})");
    }

    /// <summary>A certificate of one stage of several has the samples behind those of the stages before it.</summary>
    private static (long Selection, long Estimation) FirstSamples(Certificate certificate)
    {
        try
        {
            return Certifiers.Create(certificate.Method) is StagedCertifier staged ? staged.FirstSamples(certificate.N) : (0, 0);
        }
        catch (ArgumentException)
        {
            return (0, 0); // a method of elsewhere
        }
    }

    private static ISmoothingNoise? NoiseOf(Certificate certificate, Findings findings)
    {
        try
        {
            return SmoothingNoises.Of(certificate);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            findings.Unknown("noise", $"{e.Message}");
            return null;
        }
    }

    private static void Setting<T>(Findings findings, string member, T claimed, T here)
    {
        if (!Equals(claimed, here))
            findings.Unknown(member, $"{claimed} was certified, and here it is {here}: its votes cannot be drawn with this");
    }

    private static void Votes(Findings findings, string member, VoteCounts claimed, VoteCounts drawn, Provenance from)
    {
        if (claimed.Equals(drawn))
            return;
        string both = $"{Text(claimed)} are claimed, and {Text(drawn)} were drawn";
        if (from.Software == LibTorch.Software)
            findings.Overstated(member, $"{both}");
        else
            findings.Different(member, $"{both} {Elsewhere(from.Software)}");
    }

    /// <summary>Why an honest answer may be another here.</summary>
    /// <param name="software">What computed then.</param>
    internal static string Elsewhere(string software) =>
        $"here, under {LibTorch.Software}; under {software} near ties may fall differently";

    private static string Text(VoteCounts votes) => string.Join(", ", Enumerable.Range(0, votes.ClassCount)
        .Where(label => votes[label] > 0)
        .Select(label => string.Create(CultureInfo.InvariantCulture, $"{votes[label]} for {label}")));
}

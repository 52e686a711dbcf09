using DenoisedSmoothing.Aces;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Verification;

/// <summary>
/// Recomputes rows of a model with a core from the votes that they hold: both certificates as certificates are, and the answer from both.
/// What the core model says is taken as it is: it draws no votes, and carries no radius.
/// </summary>
internal sealed class AcesCheck
{
    private readonly CertificateVerifier _verifier = new();
    private readonly CertificationLogMeta _meta;
    private readonly SettingsCheck _settings;
    private readonly ClassCounts _classes = new();
    private readonly AcesParts _parts;

    /// <param name="path">The rows; method, alpha and noise are in the settings beside them.</param>
    /// <exception cref="InvalidDataException">There are no settings, or they lack one of these.</exception>
    public AcesCheck(string path)
    {
        _meta = CertificationLogMeta.Find(path) ?? throw new InvalidDataException(
            $"{path} has no {LogPaths.Meta(path)} beside it, so method and alpha of its rows are not known: nothing can be recomputed.");
        (_settings, _parts) = (new SettingsCheck(_meta), new AcesParts(_meta, LogPaths.Meta(path)));
    }

    public IReadOnlyList<VerificationFinding> Check(AcesRow row)
    {
        Findings findings = new();
        Answer(row, findings);
        findings.Equal("selection", row.Selection, _meta.Settings.GetValueOrDefault("selection"), "the settings file");
        if (NoiseLaw.Of(row.Noise, 0) is not { } law)
        {
            findings.Unknown("noise", $"the noise law '{row.Noise}' is not known here");
            return findings.All;
        }

        _settings.Sigma(law.Sigma, law.Norm, findings);
        _settings.Noise(row.Noise, law, findings);
        _classes.Check("certified", row.CertifiedBy!.EstimationVotes.ClassCount, findings);
        if (row.SelectedBy!.EstimationVotes.ClassCount != 2)
            findings.Overstated("selected", $"votes are over {row.SelectedBy.EstimationVotes.ClassCount} classes, and a selector has 2");
        return
        [
            .. Part("selected", row.SelectedBy, _parts.Selected(row, law)),
            .. Part("certified", row.CertifiedBy, _parts.Certified(row, law)),
            .. findings.All,
        ];
    }

    private static void Answer(AcesRow row, Findings findings)
    {
        (int? answer, double radius, AcesOutcome outcome) = row.Consequence;
        if (row.Radius > radius)
            findings.Overstated("radius", $"{row.Radius} is claimed, and selection and label give {radius}");
        else
            findings.Equal("radius", row.Radius, radius, "the smaller of both radii");
        if (row.Answer != answer)
            findings.Overstated("answer", $"{row.Answer ?? -1} is claimed, and selection, label and core give {answer ?? -1}");
        if (row.Outcome != outcome)
            findings.Overstated("outcome", $"{row.Outcome} is claimed, and selection, label and core give {outcome}");
    }

    private IEnumerable<VerificationFinding> Part(string part, AcesEvidence evidence, Certificate certificate) =>
        evidence.SelectionVotes.ClassCount == evidence.EstimationVotes.ClassCount
            ? _verifier.Verify(certificate).Select(finding => finding with { Member = $"{part}.{finding.Member}" })
            : [new VerificationFinding(VerificationSeverity.Overstated, part,
                "the votes of its two phases are not over the same classes")];
}

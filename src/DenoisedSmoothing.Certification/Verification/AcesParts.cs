using DenoisedSmoothing.Aces;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Verification;

/// <summary>The two certificates behind each row of a model with a core, put together from the row and the settings beside it.</summary>
internal sealed class AcesParts
{
    private readonly CertificationMethod _method;
    private readonly double _each;

    /// <param name="settings">Those beside the rows.</param>
    /// <param name="name">What to call them in errors.</param>
    /// <exception cref="InvalidDataException">They are of another kind of log, or lack method or alpha.</exception>
    public AcesParts(CertificationLogMeta settings, string name)
    {
        if (settings is not { Kind: CertificationLogKind.Aces, Method: { } method, Alpha: { } alpha })
            throw new InvalidDataException($"{name} does not say method and alpha of rows of a model with a core.");
        // The method is that of each of the two certificates, and a row may be wrong as often as both.
        (_method, _each) = (method, alpha / 2);
    }

    /// <summary>The selector's.</summary>
    /// <param name="row">With votes, those of both phases over the same classes.</param>
    /// <param name="law">Of the row's noise.</param>
    public Certificate Selected(AcesRow row, NoiseLaw law) => Part(row.SelectedLabel, row.SelectedRadius, row.SelectedBy!, row, law);

    /// <summary>The certification model's.</summary>
    /// <param name="row">With votes, those of both phases over the same classes.</param>
    /// <param name="law">Of the row's noise.</param>
    public Certificate Certified(AcesRow row, NoiseLaw law) => Part(row.CertifiedLabel, row.CertifiedRadius, row.CertifiedBy!, row, law);

    private Certificate Part(int? label, double radius, AcesEvidence evidence, AcesRow row, NoiseLaw law) => new()
    {
        Label = label,
        Radius = radius,
        Norm = law.Norm,
        SelectedLabel = evidence.SelectionVotes.Top,
        PALower = evidence.PALower,
        PBUpper = evidence.PBUpper,
        SelectionVotes = evidence.SelectionVotes,
        EstimationVotes = evidence.EstimationVotes,
        Alpha = _each,
        Sigma = law.Sigma,
        Noise = row.Noise,
        Method = _method,
    };
}

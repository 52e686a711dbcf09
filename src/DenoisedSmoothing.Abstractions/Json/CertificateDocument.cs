using System.Text.Json.Serialization;

namespace DenoisedSmoothing;

/// <summary>The JSON of a <see cref="Certificate"/>. Schema 1 named no norm or noise: they were l2 and Gaussian.</summary>
internal sealed record CertificateDocument(
    [property: JsonPropertyOrder(-1)] int Schema,
    [property: JsonPropertyOrder(-1)] int? Label,
    [property: JsonPropertyOrder(-1)] double Radius,
    int SelectedLabel,
    double PaLower,
    double PbUpper,
    VoteCounts SelectionVotes,
    VoteCounts EstimationVotes,
    double Alpha,
    double Sigma,
    CertificationMethod Method,
    Provenance? Provenance,
    [property: JsonPropertyOrder(-1)] Norm Norm = Norm.L2,
    string? Noise = null,
    StopReason? Stopped = null)
{
    public static CertificateDocument Of(Certificate c) => new(
        Certificate.CurrentSchema, c.Label, c.Radius, c.SelectedLabel, c.PALower, c.PBUpper, c.SelectionVotes, c.EstimationVotes, c.Alpha,
            c.Sigma,
        c.Method, c.Provenance, c.Norm, c.Noise, c.Stopped);

    public Certificate ToCertificate()
    {
        DocumentCheck.Schema(Schema);
        DocumentCheck.InRange("radius", Radius, 0, double.MaxValue);
        DocumentCheck.InRange("paLower", PaLower, 0, 1);
        DocumentCheck.InRange("pbUpper", PbUpper, 0, 1);
        DocumentCheck.InRange("alpha", Alpha, 0, 1);
        DocumentCheck.InRange("sigma", Sigma, double.Epsilon, double.MaxValue);
        DocumentCheck.Label("label", Label ?? SelectedLabel, EstimationVotes);
        DocumentCheck.Label("selectedLabel", SelectedLabel, EstimationVotes);
        if (SelectionVotes.ClassCount != EstimationVotes.ClassCount)
        {
            throw new ArgumentException(
                $"selectionVotes are over {SelectionVotes.ClassCount} classes, estimationVotes over {EstimationVotes.ClassCount}.");
        }

        return new Certificate
        {
            Label = Label,
            Radius = Radius,
            Norm = Norm,
            SelectedLabel = SelectedLabel,
            PALower = PaLower,
            PBUpper = PbUpper,
            SelectionVotes = SelectionVotes,
            EstimationVotes = EstimationVotes,
            Alpha = Alpha,
            Sigma = Sigma,
            Noise = Noise,
            Method = Method,
            Provenance = Provenance,
            Stopped = Stopped,
        };
    }
}

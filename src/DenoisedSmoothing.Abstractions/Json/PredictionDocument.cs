using System.Text.Json.Serialization;

namespace DenoisedSmoothing;

/// <summary>The JSON of a <see cref="Prediction"/>. Schema 1 did not state its number.</summary>
internal sealed record PredictionDocument(
    int? Label,
    int TopLabel,
    int RunnerUpLabel,
    VoteCounts Votes,
    double PValue,
    double Alpha,
    CertificationMethod Method,
    [property: JsonPropertyOrder(-1)] int Schema = 1,
    StopReason? Stopped = null)
{
    public static PredictionDocument Of(Prediction p) =>
        new(p.Label, p.TopLabel, p.RunnerUpLabel, p.Votes, p.PValue, p.Alpha, p.Method, Certificate.CurrentSchema, p.Stopped);

    public Prediction ToPrediction()
    {
        DocumentCheck.Schema(Schema);
        DocumentCheck.InRange("pValue", PValue, 0, 1);
        DocumentCheck.InRange("alpha", Alpha, 0, 1);
        DocumentCheck.Label("label", Label ?? TopLabel, Votes);
        DocumentCheck.Label("topLabel", TopLabel, Votes);
        DocumentCheck.Label("runnerUpLabel", RunnerUpLabel, Votes);
        return new Prediction
        {
            Label = Label,
            TopLabel = TopLabel,
            RunnerUpLabel = RunnerUpLabel,
            Votes = Votes,
            PValue = PValue,
            Alpha = Alpha,
            Method = Method,
            Stopped = Stopped,
        };
    }
}

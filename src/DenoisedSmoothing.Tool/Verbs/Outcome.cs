namespace DenoisedSmoothing.Tool;

/// <summary>One finished image: its certificate or its prediction, whichever was asked for.</summary>
internal sealed record Outcome(int Index, int Label, Certificate? Certificate, Prediction? Prediction, TimeSpan Time)
{
    public int? Predicted => Certificate is null ? Prediction!.Label : Certificate.Label;

    public double Radius => Certificate?.Radius ?? 0;

    public long Votes => Certificate is { } c ? c.EstimationVotes[c.SelectedLabel] : Prediction!.Votes[Prediction.TopLabel];

    public long Total => Certificate?.N ?? Prediction!.N;
}

using DenoisedSmoothing.Soft;

namespace DenoisedSmoothing.Experiments;

/// <summary>One finished image of a run: its certificate or its prediction.</summary>
/// <param name="Index">The image's index in its data set.</param>
/// <param name="Label">Its true label.</param>
/// <param name="Certificate">The certificate from votes; null for other outcomes.</param>
/// <param name="Prediction">The prediction; null for other outcomes.</param>
/// <param name="Time">The time since the previous outcome: the sum over a run is its duration.</param>
public sealed record RunOutcome(int Index, int Label, Certificate? Certificate, Prediction? Prediction, TimeSpan Time)
{
    /// <summary>The certificate from mean scores; null for other outcomes.</summary>
    public SoftCertificate? Soft { get; init; }

    /// <summary>The label answered; null for an abstention.</summary>
    public int? Predicted => Certificate is not null ? Certificate.Label : Soft is not null ? Soft.Label : Prediction!.Label;

    /// <summary>The certified radius; 0 for an abstention or a prediction.</summary>
    public double Radius => Certificate?.Radius ?? Soft?.Radius ?? 0;

    /// <summary>Votes for the label that was selected or had the most votes; for mean scores their sum, truncated.</summary>
    public long Votes => Certificate is { } c ? c.EstimationVotes[c.SelectedLabel]
        : Soft is { } soft ? (long)(soft.Mean * soft.N)
        : Prediction!.Votes[Prediction.TopLabel];

    /// <summary>All votes behind the answer.</summary>
    public long Total => Certificate?.N ?? Soft?.N ?? Prediction!.N;
}

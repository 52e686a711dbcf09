namespace DenoisedSmoothing.Logs;

/// <summary>One image's line of a certification or prediction log, with the numbers that analysis needs.</summary>
public sealed record CertificationLogRow
{
    /// <summary>The image's index in its data set.</summary>
    public required long Index { get; init; }

    /// <summary>The true label.</summary>
    public required int Label { get; init; }

    /// <summary>The smoothed classifier's label; null for an abstention, which logs write as -1.</summary>
    public required int? Predicted { get; init; }

    /// <summary>The certified radius in [0,1] pixel space and the norm of the log, as logged; 0 in a log of predictions.</summary>
    public required double Radius { get; init; }

    /// <summary>The radius as written in the log: its digits show how precise it is. Null in a log of predictions.</summary>
    public string? RadiusText { get; init; }

    /// <summary>How long the image took; null where the log does not say.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>The number of selection votes, where known.</summary>
    public long? N0 { get; init; }

    /// <summary>The number of votes behind the bound (for a prediction: all its votes), where known.</summary>
    public long? N { get; init; }

    /// <summary>How many of the <see cref="N"/> votes fell on <see cref="SelectedLabel"/>, where known.</summary>
    public long? Count { get; init; }

    /// <summary>The label that was tested, even if it was not certified, where known.</summary>
    public int? SelectedLabel { get; init; }

    /// <summary>The lower confidence bound on the selected label's probability, where known.</summary>
    public double? PALower { get; init; }

    /// <summary>
    /// The column <c>correct</c> as logged, where it is an integer. Never used: published logs hold a running total there.
    /// </summary>
    public long? LoggedCorrect { get; init; }

    /// <summary>The line in the file, from 1; 0 for a row that was not read from a file.</summary>
    public int Line { get; init; }

    /// <summary>True for an image without a certified or predicted label.</summary>
    public bool Abstained => Predicted is null;

    /// <summary>Whether the predicted label is the true one, recomputed from the two; an abstention is not correct.</summary>
    public bool Correct => Predicted == Label;
}

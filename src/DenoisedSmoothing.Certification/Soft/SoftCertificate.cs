using System.Text.Json.Serialization;

namespace DenoisedSmoothing.Soft;

/// <summary>
/// A certificate of the soft smoothed classifier, whose answer at an image is the class with the largest mean score under noise: this is a
/// different classifier from that of votes, about which this says nothing.
/// </summary>
public sealed record SoftCertificate
{
    /// <summary>The certified label; null for an abstention.</summary>
    /// <value>Null unless set: lines of logs that earlier versions wrote leave it out in an abstention.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? Label { get; init; }

    /// <summary>No change to the image of smaller length, in <see cref="Norm"/>, changes the answer; 0 for an abstention.</summary>
    public required double Radius { get; init; }

    /// <summary>The norm of the radius.</summary>
    public required Norm Norm { get; init; }

    /// <summary>The label that the first draws picked.</summary>
    public required int SelectedLabel { get; init; }

    /// <summary>The lower bound on its mean score.</summary>
    public required double MeanLower { get; init; }

    /// <summary>The upper bound on the mean score of every other class.</summary>
    public required double RivalUpper { get; init; }

    /// <summary>The mean score of the draws that bound it, rounded down.</summary>
    public required double Mean { get; init; }

    /// <summary>The sample variance of those scores, rounded up.</summary>
    public required double Variance { get; init; }

    /// <summary>The mean score of the class with the largest upper bound, rounded up; null where only the label was bounded.</summary>
    public double? RivalMean { get; init; }

    /// <summary>The sample variance of that class's scores, rounded up; null where only the label was bounded.</summary>
    public double? RivalVariance { get; init; }

    /// <summary>The number of classes K.</summary>
    public required int ClassCount { get; init; }

    /// <summary>The number of draws that picked the label.</summary>
    public required int N0 { get; init; }

    /// <summary>The number of those scores.</summary>
    public required long N { get; init; }

    /// <summary>The allowed probability that the certificate is wrong.</summary>
    public required double Alpha { get; init; }

    /// <summary>The standard deviation of the noise from which the radius is computed, in [0,1] pixel space.</summary>
    public required double Sigma { get; init; }

    /// <summary>The noise that was drawn, and what it certifies.</summary>
    public required string Noise { get; init; }

    /// <summary>The statistics, with their parameters (<see cref="SoftCertifier.Method"/>).</summary>
    public required CertificationMethod Method { get; init; }

    /// <summary>Which image, base classifier and draws it is about; null where it was made from only scores.</summary>
    public Provenance? Provenance { get; init; }

    /// <summary>Whether no label is certified.</summary>
    public bool Abstained => Label is null;
}

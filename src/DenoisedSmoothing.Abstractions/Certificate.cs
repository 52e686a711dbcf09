using System.Text.Json.Serialization;
using DenoisedSmoothing.Json;

namespace DenoisedSmoothing;

/// <summary>
/// The outcome of certifying one image: with confidence 1 - <see cref="Alpha"/> over the noise, the smoothed classifier answers
/// <see cref="Label"/> for every image within <see cref="Radius"/> in <see cref="Norm"/>; or an abstention. Carries what a sceptic needs to
/// recompute it.
/// </summary>
/// <remarks>
/// JSON reads and writes it exactly, under any options (docs/certificate.schema.json). Certificates of older schemas are read, and written
/// in the current one.
/// </remarks>
[JsonConverter(typeof(CertificateJson))]
public sealed record Certificate
{
    /// <summary>
    /// The version of the JSON of certificates and predictions. Version 2 added <see cref="Norm"/>, <see cref="Noise"/> and
    /// <see cref="VoteCounts.Missed"/>, and writes seeds as strings.
    /// </summary>
    public const int CurrentSchema = 2;

    /// <summary>The certified label; null for an abstention.</summary>
    public required int? Label { get; init; }

    /// <summary>The certified radius in [0,1] pixel space and <see cref="Norm"/>, rounded down; 0 for an abstention.</summary>
    public required double Radius { get; init; }

    /// <summary>The norm of <see cref="Radius"/>.</summary>
    /// <value>l2 unless set.</value>
    public Norm Norm { get; init; } = Norm.L2;

    /// <summary>The label that the selection votes picked, even where it could not be certified.</summary>
    public required int SelectedLabel { get; init; }

    /// <summary>Lower confidence bound on the probability that one noisy vote falls on <see cref="SelectedLabel"/>.</summary>
    public required double PALower { get; init; }

    /// <summary>Upper confidence bound on the probability of every other label; 1 - <see cref="PALower"/> for one-sided methods.</summary>
    public required double PBUpper { get; init; }

    /// <summary>The n0 votes that selected the label.</summary>
    public required VoteCounts SelectionVotes { get; init; }

    /// <summary>The n fresh votes behind the bound.</summary>
    public required VoteCounts EstimationVotes { get; init; }

    /// <summary>The allowed probability that the certificate is wrong.</summary>
    public required double Alpha { get; init; }

    /// <summary>The certified standard deviation of the noise per pixel value, in [0,1] pixel space: never above the one drawn.</summary>
    public required double Sigma { get; init; }

    /// <summary>The noise law and its parameters, from which bounds become a radius (<see cref="IRadiusRule.Description"/>).</summary>
    /// <value>Null in certificates from before this was kept: <c>gaussian</c>, with <see cref="Sigma"/>.</value>
    public string? Noise { get; init; }

    /// <summary>The method and its parameters (<see cref="ICertifier.Method"/>).</summary>
    public required CertificationMethod Method { get; init; }

    /// <summary>Where the votes came from; null when the certifier was fed by hand.</summary>
    public Provenance? Provenance { get; init; }

    /// <summary>What ended the test early; null where nothing did.</summary>
    /// <value>Null unless set.</value>
    public StopReason? Stopped { get; init; }

    /// <summary>True when no label was certified.</summary>
    public bool Abstained => Label is null;

    /// <summary>The number of selection votes n0.</summary>
    public long N0 => SelectionVotes.Total;

    /// <summary>The number of estimation votes n.</summary>
    public long N => EstimationVotes.Total;
}

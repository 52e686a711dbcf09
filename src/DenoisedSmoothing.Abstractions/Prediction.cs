using System.Text.Json.Serialization;
using DenoisedSmoothing.Json;

namespace DenoisedSmoothing;

/// <summary>
/// The smoothed classifier's answer for one image. It is a label, which differs from the smoothed classifier's true answer with probability
/// at most <see cref="Alpha"/>, or an abstention. It says nothing about nearby images: for that, see <see cref="Certificate"/>.
/// </summary>
/// <remarks>JSON reads and writes it exactly, under any options (docs/certificate.schema.json).</remarks>
[JsonConverter(typeof(CertificateJson))]
public sealed record Prediction
{
    /// <summary>The predicted label; null for an abstention.</summary>
    public required int? Label { get; init; }

    /// <summary>The label with the most votes, even when abstaining.</summary>
    public required int TopLabel { get; init; }

    /// <summary>The label with the most votes after <see cref="TopLabel"/>.</summary>
    public required int RunnerUpLabel { get; init; }

    /// <summary>All votes.</summary>
    public required VoteCounts Votes { get; init; }

    /// <summary>Evidence against "the runner-up is as likely as the top label": rejected when at most <see cref="Alpha"/>.</summary>
    public required double PValue { get; init; }

    /// <summary>The allowed probability of a wrong answer.</summary>
    public required double Alpha { get; init; }

    /// <summary>The method and its parameters (<see cref="ICertifier.Method"/>).</summary>
    public required CertificationMethod Method { get; init; }

    /// <summary>What ended the test early; null where nothing did.</summary>
    /// <value>Null unless set.</value>
    public StopReason? Stopped { get; init; }

    /// <summary>True when no label was given.</summary>
    public bool Abstained => Label is null;

    /// <summary>The number of votes n.</summary>
    public long N => Votes.Total;
}

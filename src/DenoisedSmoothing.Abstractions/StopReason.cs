using System.Text.Json.Serialization;
using DenoisedSmoothing.Json;

namespace DenoisedSmoothing;

/// <summary>Which part of a <see cref="Budget"/> ended a test early.</summary>
[JsonConverter(typeof(CertificateJson))]
public enum StopReason
{
    /// <summary><see cref="Budget.Votes"/>.</summary>
    Votes,

    /// <summary><see cref="Budget.Time"/>.</summary>
    Time,
}

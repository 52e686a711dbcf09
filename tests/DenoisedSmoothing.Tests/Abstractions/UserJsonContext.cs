using System.Text.Json.Serialization;

namespace DenoisedSmoothing.Tests.Abstractions;

/// <summary>What a user writes who wants source generation.</summary>
[JsonSerializable(typeof(Certificate))]
[JsonSerializable(typeof(Prediction))]
[JsonSerializable(typeof(Provenance))]
[JsonSerializable(typeof(VoteCounts))]
[JsonSerializable(typeof(CertificationMethod))]
internal sealed partial class UserJsonContext : JsonSerializerContext;

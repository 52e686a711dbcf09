using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>How the server writes JSON. Certificates have the same form under any options.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(AnswerDocument))]
[JsonSerializable(typeof(AuditLine))]
[JsonSerializable(typeof(ImageDocument))]
[JsonSerializable(typeof(SetDocument))]
[JsonSerializable(typeof(VerificationDocument))]
[JsonSerializable(typeof(VotesDocument))]
[JsonSerializable(typeof(Certificate))]
[JsonSerializable(typeof(ProblemDetails))]
internal sealed partial class ServingJson : JsonSerializerContext;

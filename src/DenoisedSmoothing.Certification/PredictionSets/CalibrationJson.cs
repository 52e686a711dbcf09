using System.Text.Json.Serialization;

namespace DenoisedSmoothing.PredictionSets;

/// <summary>How calibrations are written as JSON: nothing unknown, repeated, missing or null where a value belongs.</summary>
[JsonSerializable(typeof(CalibrationDocument))]
internal sealed partial class CalibrationJson : JsonSerializerContext
{
    public static CalibrationJson Strict { get; } = new(StrictJson.Options(indented: true));
}

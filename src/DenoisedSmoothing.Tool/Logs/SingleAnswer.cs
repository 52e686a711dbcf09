using System.Text.Json;

namespace DenoisedSmoothing.Tool;

/// <summary>A file that holds one certificate or one prediction as JSON.</summary>
/// <param name="Certificate">Null where it is a prediction.</param>
/// <param name="Prediction">Null where it is a certificate.</param>
internal sealed record SingleAnswer(Certificate? Certificate, Prediction? Prediction)
{
    /// <summary>Reads it.</summary>
    /// <returns>Null for a file whose name is that of a log.</returns>
    /// <exception cref="InvalidDataException">It is named as JSON but is neither.</exception>
    public static SingleAnswer? TryRead(string path)
    {
        if (!path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".meta.json", StringComparison.OrdinalIgnoreCase))
            return null;
        string json = File.ReadAllText(path);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Object && (document.RootElement.TryGetProperty("certificate", out _)
                || document.RootElement.TryGetProperty("prediction", out _)))
                throw new InvalidDataException($"{path}: the certificate or prediction is inside something larger. Give a line of a log "
                    + "in a file named .jsonl; of a server's answer, save that part alone.");
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("votes", out _)
                ? new SingleAnswer(null, JsonSerializer.Deserialize<Prediction>(json)!)
                : new SingleAnswer(
                    JsonSerializer.Deserialize<Certificate>(json) ?? throw new JsonException("null is not a certificate"), null);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: neither a certificate nor a prediction ({e.Message})", e);
        }
    }
}

using System.Text.Json;

namespace DenoisedSmoothing.PredictionSets;

/// <summary>The file of a calibration.</summary>
internal static class CalibrationFile
{
    // A calibration is a page of text; anything longer is something else.
    private const int LongestFile = 1 << 18;

    public static void Write(string path, PredictionSetCalibration calibration)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        calibration.Validate(); // what could not be read back is not written
        if (File.Exists(path))
            throw new IOException($"{path} is there already and will not be overwritten: choose another name.");
        string unfinished = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (FileStream file = new(unfinished, FileMode.CreateNew, FileAccess.Write))
            {
                JsonSerializer.Serialize(file, CalibrationDocument.Of(calibration), CalibrationJson.Strict.CalibrationDocument);
                file.WriteByte((byte)'\n');
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: false);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    public static PredictionSetCalibration Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream file = new(path, FileMode.Open, FileAccess.Read);
        if (FileKind.Of(file) is { } kind && kind != FileKind.Json && kind != FileKind.Text)
            throw new InvalidDataException($"{path}: {kind.InsteadOf("a calibration of prediction sets")}");
        if (file.Length > LongestFile)
            throw new InvalidDataException($"{path}: a calibration of prediction sets has at most {LongestFile} bytes.");
        try
        {
            return (JsonSerializer.Deserialize(file, CalibrationJson.Strict.CalibrationDocument)
                ?? throw new InvalidDataException($"{path}: null is not a calibration.")).ToCalibration();
        }
        catch (Exception e) when (e is JsonException or ArgumentException or FormatException)
        {
            throw new InvalidDataException($"{path}: not a calibration of prediction sets ({e.Message}).", e);
        }
    }
}

using System.Globalization;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Presets;

namespace DenoisedSmoothing.Tool;

/// <summary>What a denoiser's file says of itself, in the metadata of a safetensors file: enough to load it by its name alone.</summary>
/// <param name="Network">The network's name in the catalog.</param>
/// <param name="Schedule">cosine or linear.</param>
/// <param name="ScheduleTimesteps">T.</param>
/// <param name="TimestepScale">The network is fed t times this.</param>
/// <param name="Trained">The timesteps that it was trained at.</param>
internal sealed record DenoiserCard(string Network, string Schedule, int ScheduleTimesteps, double TimestepScale, TimestepSet Trained)
{
    private const string NetworkKey = "dds.network", ScheduleKey = "dds.schedule", CountKey = "dds.schedule_timesteps", ScaleKey =
        "dds.timestep_scale", TrainedKey = "dds.trained_timesteps";

    public INoiseSchedule NewSchedule() => Schedule == "linear"
        ? new LinearSchedule(ScheduleTimesteps)
        : new CosineSchedule(ScheduleTimesteps);

    public IReadOnlyDictionary<string, string> ToMetadata() => new Dictionary<string, string>
    {
        [NetworkKey] = Network,
        [ScheduleKey] = Schedule,
        [CountKey] = ScheduleTimesteps.ToString(CultureInfo.InvariantCulture),
        [ScaleKey] = TimestepScale.ToString("R", CultureInfo.InvariantCulture),
        [TrainedKey] = Trained.ToString(),
    };

    /// <summary>Reads the card of a file.</summary>
    /// <returns>Null where the file is no safetensors file, or carries none.</returns>
    /// <exception cref="InvalidDataException">There is one, and it cannot be understood.</exception>
    public static DenoiserCard? Find(string path)
    {
        IReadOnlyDictionary<string, string> metadata = FileMetadata.Read(path);
        if (!metadata.ContainsKey(TrainedKey))
            return null;
        try
        {
            DenoiserCard card = new(
                metadata[NetworkKey], metadata[ScheduleKey], PlainNumber.ParseWhole<int>(metadata[CountKey], CountKey),
                PlainNumber.Parse(metadata[ScaleKey], ScaleKey), TimestepSet.Parse(metadata[TrainedKey]));
            if (!NetworkCatalog.Denoisers.ContainsKey(card.Network) || card.Schedule is not ("cosine" or "linear")
                || card.ScheduleTimesteps <= card.Trained.Last)
                throw new FormatException(
                    $"network {card.Network}, schedule {card.Schedule} of {card.ScheduleTimesteps}, trained at {card.Trained}");
            return card;
        }
        catch (Exception e) when (e is KeyNotFoundException or FormatException or OverflowException)
        {
            throw new InvalidDataException($"{path}: its metadata does not name a denoiser that this program knows ({e.Message}).", e);
        }
    }
}

using System.Text.Json;
using DenoisedSmoothing.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>A training run on disk: <c>step-N</c> folders, each complete or absent, of which only the newest is kept.</summary>
/// <param name="folder">Where they are.</param>
/// <param name="settings">What decides the run's result besides its number of steps.</param>
internal sealed class TrainingCheckpoint(string folder, IReadOnlyDictionary<string, string> settings)
{
    private const string Network = "network.safetensors", Average = "average.safetensors", Moments = "optimizer.safetensors",
        State = "state.json";
    private const string Counts = "step", Partial = ".partial";
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the run's state: first to a fresh folder, which is renamed when complete.</summary>
    public void Save(int step, IReadOnlyList<TrainingPlan> plans, nn.Module network, WeightAverage average, Optimizer optimizer)
    {
        string target = Path.Combine(folder, $"step-{step:D8}"), fresh = target + Partial;
        if (Directory.Exists(target))
            return;
        if (Directory.Exists(fresh))
            Directory.Delete(fresh, recursive: true);
        Directory.CreateDirectory(fresh);
        using (DisposeScope scope = NewDisposeScope())
        {
            SafetensorsWriter.Write(Path.Combine(fresh, Network), network.state_dict(), null);
            SafetensorsWriter.Write(Path.Combine(fresh, Average), average.Values, null);
            SafetensorsWriter.Write(Path.Combine(fresh, Moments), optimizer.State.Append(new(Counts, tensor(optimizer.Counts))), null);
        }

        File.WriteAllText(Path.Combine(fresh, State),
            JsonSerializer.Serialize(new TrainingState(TrainingState.CurrentVersion, step, plans, settings), s_json));
        Directory.Move(fresh, target);
        foreach (string older in Directory.GetDirectories(folder, "step-*"))
        {
            if (older != target)
                Directory.Delete(older, recursive: true);
        }
    }

    /// <summary>What the newest checkpoint says, if there is one.</summary>
    /// <exception cref="InvalidOperationException">The folder holds a run under other settings; a sentence for each.</exception>
    /// <exception cref="InvalidDataException">The state cannot be read.</exception>
    public TrainingState? Find()
    {
        if (Newest() is not { } newest)
            return null;
        TrainingState state = Read(Path.Combine(newest, State));
        string[] differences = [.. RunSettings.Differences(state.Settings, settings)];
        return differences.Length == 0 ? state : throw new InvalidOperationException(
            $"'{folder}' holds a run under other settings: continue it with those, or name another checkpoint folder. " +
            string.Join(' ', differences));
    }

    /// <summary>Restores the newest checkpoint's weights, averages and moments.</summary>
    /// <exception cref="InvalidOperationException">The checkpoint is of another network, or gone.</exception>
    public void Restore(nn.Module network, WeightAverage average, Optimizer optimizer)
    {
        string newest = Newest() ?? throw new InvalidOperationException($"The checkpoint in '{folder}' is gone.");
        using var noGrad = no_grad();
        using (SafetensorsFile weights = SafetensorsFile.Open(Path.Combine(newest, Network)))
        {
            try
            {
                StateDict.Load(network, weights);
            }
            catch (CheckpointException error)
            {
                throw new InvalidOperationException($"'{folder}' holds a run of a network other than {network.GetName()}: continue it with "
                    + $"that one, or name another checkpoint folder. {error.Message}", error);
            }
        }

        using (SafetensorsFile averages = SafetensorsFile.Open(Path.Combine(newest, Average)))
            Fill(average.Values, averages);
        using SafetensorsFile moments = SafetensorsFile.Open(Path.Combine(newest, Moments));
        Fill(optimizer.State, moments);
        using Tensor counts = moments.Read(Counts);
        optimizer.Counts = counts.data<long>().ToArray();
    }

    private static void Fill(IEnumerable<KeyValuePair<string, Tensor>> values, SafetensorsFile file)
    {
        foreach ((string name, Tensor value) in values)
        {
            using Tensor stored = file.Read(name);
            value.copy_(stored);
        }
    }

    private string? Newest() => Directory.Exists(folder)
        ? Directory.GetDirectories(folder, "step-*").Where(path => !path.EndsWith(Partial, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).LastOrDefault()
        : null;

    private TrainingState Read(string path)
    {
        try
        {
            if (JsonSerializer.Deserialize<TrainingState>(
                File.ReadAllText(path)) is { Version: TrainingState.CurrentVersion, Plans.Count: > 0, Settings: not null } state)
                return state;
        }
        catch (JsonException)
        {
            // reported below
        }

        throw new InvalidDataException(
            $"{path} is not a training state of this version: it is damaged, or another version wrote it. " +
            $"Name another checkpoint folder, or delete '{folder}'.");
    }
}

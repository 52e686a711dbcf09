using System.Text.Json;
using DenoisedSmoothing.Checkpoints;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>A training run on disk: <c>step-N</c> folders, each complete or absent, of which the newest is kept.</summary>
internal sealed class TrainingCheckpoint(string folder, string settings)
{
    private const string Optimizer = "optimizer.safetensors", Steps = "step";

    private sealed record State(int Step, string Settings);

    /// <summary>Writes the run's state: to a fresh folder first, renamed when whole.</summary>
    public void Save(int step, nn.Module network, IReadOnlyDictionary<string, Tensor> ema, AdamW optimizer)
    {
        string target = Path.Combine(folder, $"step-{step:D8}"), fresh = target + ".partial";
        if (Directory.Exists(target))
            return;
        if (Directory.Exists(fresh))
            Directory.Delete(fresh, recursive: true);
        Directory.CreateDirectory(fresh);
        SafetensorsWriter.Write(Path.Combine(fresh, "network.safetensors"), network.state_dict(), null);
        SafetensorsWriter.Write(Path.Combine(fresh, "average.safetensors"), ema, null);
        using (DisposeScope scope = NewDisposeScope())
            SafetensorsWriter.Write(Path.Combine(fresh, Optimizer), Moments(optimizer).Append(new(Steps, tensor(States(optimizer).Select(state => state.step).ToArray()))), null);
        File.WriteAllText(Path.Combine(fresh, "state.json"), JsonSerializer.Serialize(new State(step, settings)));
        Directory.Move(fresh, target);
        foreach (string older in Directory.GetDirectories(folder, "step-*"))
        {
            if (older != target)
                Directory.Delete(older, recursive: true);
        }
    }

    /// <summary>Continues from the newest checkpoint, if there is one.</summary>
    /// <returns>The number of finished steps; 0 for a new run.</returns>
    /// <exception cref="InvalidOperationException">The folder holds a run under other settings.</exception>
    public int Restore(nn.Module network, IReadOnlyDictionary<string, Tensor> ema, AdamW optimizer)
    {
        string? newest = Directory.Exists(folder)
            ? Directory.GetDirectories(folder, "step-*").Where(path => !path.EndsWith(".partial", StringComparison.Ordinal)).Order(StringComparer.Ordinal).LastOrDefault()
            : null;
        if (newest is null)
            return 0;
        State state = JsonSerializer.Deserialize<State>(File.ReadAllText(Path.Combine(newest, "state.json")))
            ?? throw new InvalidDataException($"{newest}: state.json is empty.");
        if (state.Settings != settings)
        {
            throw new InvalidOperationException(
                $"'{folder}' holds a run under other settings. Continue it with those, or name another checkpoint folder.\n  there: {state.Settings}\n  now:   {settings}");
        }

        using SafetensorsFile weights = SafetensorsFile.Open(Path.Combine(newest, "network.safetensors"));
        StateDict.Load(network, weights);
        using SafetensorsFile average = SafetensorsFile.Open(Path.Combine(newest, "average.safetensors"));
        using var noGrad = no_grad();
        foreach ((string name, Tensor value) in ema)
        {
            using Tensor stored = average.Read(name);
            value.copy_(stored);
        }

        RestoreOptimizer(Path.Combine(newest, Optimizer), optimizer);
        return state.Step;
    }

    private static void RestoreOptimizer(string path, AdamW optimizer)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        foreach ((string name, Tensor value) in Moments(optimizer))
        {
            using Tensor stored = file.Read(name);
            value.copy_(stored);
        }

        using Tensor steps = file.Read(Steps);
        foreach ((AdamW.State state, long step) in States(optimizer).Zip(steps.data<long>().ToArray()))
            state.step = step;
    }

    // TorchSharp's own file of an optimizer takes contiguous tensors only, and moments lie in memory as their weights do. The options are
    // those of the run's settings, and the learning rate is set at every step.
    private static IEnumerable<KeyValuePair<string, Tensor>> Moments(AdamW optimizer) => States(optimizer).SelectMany(
        (state, i) => (KeyValuePair<string, Tensor>[])[new($"{i}.exp_avg", state.exp_avg), new($"{i}.exp_avg_sq", state.exp_avg_sq)]);

    private static IEnumerable<AdamW.State> States(AdamW optimizer) => optimizer.state_dict().State.Cast<AdamW.State>();
}

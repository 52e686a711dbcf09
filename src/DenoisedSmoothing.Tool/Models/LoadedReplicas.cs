using DenoisedSmoothing.Experiments;

namespace DenoisedSmoothing.Tool;

/// <summary>The models of a run, loaded once for each device that draws its votes; disposing frees them.</summary>
internal sealed class LoadedReplicas : IDisposable
{
    private readonly List<(LoadedModels Models, string Device)> _loaded = [];

    /// <summary>Loads them, one device after another.</summary>
    /// <exception cref="ArgumentException">A file is missing, or one is given for which the pair has no use.</exception>
    public static LoadedReplicas Load(ModelChoice choice)
    {
        LoadedReplicas replicas = new();
        try
        {
            foreach (string device in (IEnumerable<string>)[choice.Device, .. choice.MoreDevices])
                replicas._loaded.Add((PairLoader.Load(choice with { Device = device, MoreDevices = [] }), device));
            return replicas;
        }
        catch
        {
            replicas.Dispose();
            throw;
        }
    }

    /// <summary>Those on the first device, which describe them all.</summary>
    public LoadedModels First => _loaded[0].Models;

    /// <summary>What to add about several devices after the models' description; empty for one.</summary>
    public string OnDevices => _loaded.Count == 1 ? "" : $", on {string.Join(", ", _loaded.Select(static loaded => loaded.Device))}";

    /// <summary>The base classifier on every device, the first one's first.</summary>
    public IReadOnlyList<BaseClassifierReplica> BaseClassifiers(Func<LoadedModels, IBaseClassifier> make) =>
        [.. _loaded.Select(loaded => new BaseClassifierReplica(make(loaded.Models), loaded.Device))];

    /// <summary>The same, from models and their device.</summary>
    public IReadOnlyList<BaseClassifierReplica> BaseClassifiers(Func<LoadedModels, string, IBaseClassifier> make) =>
        [.. _loaded.Select(loaded => new BaseClassifierReplica(make(loaded.Models, loaded.Device), loaded.Device))];

    public void Dispose() => _loaded.ForEach(static loaded => loaded.Models.Dispose());
}

using System.Globalization;
using DenoisedSmoothing.Experiments;
using DenoisedSmoothing.Noise;

namespace DenoisedSmoothing.Tool;

/// <summary>A run whose models and images are open. Disposing it frees the models.</summary>
/// <param name="replicas">The models, on each of the devices.</param>
/// <param name="strategy">How they are used.</param>
/// <param name="sigma">The noise, as typed.</param>
/// <param name="run">The run, without a log.</param>
internal sealed class SmoothingSetup(LoadedReplicas replicas, StrategyChoice strategy, double sigma, CertificationRun run) : IDisposable
{
    public CertificationRun Run => run;

    /// <summary>Models, noise and statistics in one line.</summary>
    public string Description => string.Create(CultureInfo.InvariantCulture,
        $"{replicas.First.Name}, {Strategies.KindOf(replicas.First, strategy)}, sigma {sigma}{Norm(run.Noise)}, "
            + $"{run.Certifier?.Method ?? run.Soft!.Method}");

    /// <summary>What to add about several devices after the models' description; empty for one.</summary>
    public string OnDevices => replicas.OnDevices;

    public void Dispose() => replicas.Dispose();

    // Nothing is said about Gaussian noise, the usual one.
    private static string Norm(ISmoothingNoise noise) =>
        noise.Norm == DenoisedSmoothing.Norm.L2 ? "" : $", {ReportText.Name(noise.Norm)}: {noise.Version}";
}

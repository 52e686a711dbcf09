using System.Globalization;
using DenoisedSmoothing.Experiments;
using DenoisedSmoothing.Noise;

namespace DenoisedSmoothing.Tool;

/// <summary>A run whose models and images are open. Frees the models.</summary>
/// <param name="replicas">The models, on each of the devices.</param>
/// <param name="strategy">How they are used.</param>
/// <param name="sigma">The noise, as typed.</param>
/// <param name="run">The run, without a log.</param>
internal sealed class SmoothingSetup(LoadedReplicas replicas, StrategyChoice strategy, double sigma, CertificationRun run) : IDisposable
{
    public CertificationRun Run => run;

    /// <summary>Models, noise and statistics in a line.</summary>
    public string Description => string.Create(CultureInfo.InvariantCulture,
        $"{replicas.First.Name}, {Strategies.KindOf(replicas.First, strategy)}, sigma {sigma}{Norm(run.Noise)}, "
            + $"{run.Certifier?.Method ?? run.Soft!.Method}");

    /// <summary>What to say of several devices behind what is said of the models; nothing of one.</summary>
    public string OnDevices => replicas.OnDevices;

    public void Dispose() => replicas.Dispose();

    // Of Gaussian noise, the usual one, nothing is said.
    private static string Norm(ISmoothingNoise noise) =>
        noise.Norm == DenoisedSmoothing.Norm.L2 ? "" : $", {ReportText.Name(noise.Norm)}: {noise.Version}";
}

using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>The exponential moving average of a network's floating-point state.</summary>
internal sealed class WeightAverage(nn.Module network, double decay)
{
    /// <summary>The averages under the names of the network's state.</summary>
    public IReadOnlyDictionary<string, Tensor> Values { get; } = CopyOf(network);

    /// <summary>Includes a step's weights.</summary>
    /// <param name="step">Steps finished before it: early on, the average must not remember the random start.</param>
    public void Update(int step)
    {
        double kept = Math.Min(decay, (1.0 + step) / (10.0 + step));
        ForEach((mean, current) => mean.lerp_(current, 1 - kept));
    }

    /// <summary>Leaves the averages in the network.</summary>
    public void MoveIntoNetwork() => ForEach((mean, current) => current.copy_(mean));

    private void ForEach(Action<Tensor, Tensor> act)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach ((string name, Tensor current) in network.state_dict())
        {
            if (Values.TryGetValue(name, out Tensor? mean))
                act(mean, current);
        }
    }

    private static Dictionary<string, Tensor> CopyOf(nn.Module network)
    {
        Dictionary<string, Tensor> average = [];
        foreach ((string name, Tensor value) in network.state_dict())
        {
            if (value.is_floating_point())
                average[name] = value.detach().clone();
        }

        return average;
    }
}

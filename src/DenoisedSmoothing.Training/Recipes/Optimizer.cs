using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>A recipe at work on a network's parameters, with its state laid open for checkpoints.</summary>
internal sealed class Optimizer : IDisposable
{
    private readonly Parameter[] _trained;
    private readonly OptimizerHelper _inner;
    private readonly double? _clip;

    /// <summary>Starts anew.</summary>
    /// <param name="network">Its parameters that require gradients are trained.</param>
    /// <param name="recipe">A valid recipe.</param>
    public Optimizer(nn.Module network, OptimizerRecipe recipe)
    {
        _trained = [.. network.parameters().Where(parameter => parameter.requires_grad)];
        if (_trained.Length == 0)
            throw new ArgumentException($"{network.GetName()} has no parameter that requires a gradient, so there is nothing to train.",
                nameof(network));
        _clip = recipe.ClipGradientNorm;
        _inner = recipe.Method == OptimizerMethod.AdamW
            ? optim.AdamW(_trained, recipe.LearningRate, weight_decay: recipe.WeightDecay)
            : NewSgd(_trained, recipe);
    }

    /// <summary>Everything that later steps depend on, by name; writing into the tensors restores it, with <see cref="Counts"/>.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State => _inner.state_dict().State.SelectMany<OptimizerState, KeyValuePair<string,
        Tensor>>((state, i) => state switch
    {
        AdamW.State adam => [new($"{i}.exp_avg", adam.exp_avg), new($"{i}.exp_avg_sq", adam.exp_avg_sq)],
        SGD.State { momentum_buffer: { } buffer } => [new($"{i}.momentum", buffer)],
        _ => [],
    });

    /// <summary>The number of updates that each parameter had; empty where the method does not count them.</summary>
    public long[] Counts
    {
        get => [.. AdamStates.Select(state => state.step)];
        set
        {
            foreach ((AdamW.State state, long count) in AdamStates.Zip(value))
                state.step = count;
        }
    }

    private IEnumerable<AdamW.State> AdamStates => _inner.state_dict().State.OfType<AdamW.State>();

    /// <summary>Forgets the gradients of the last step.</summary>
    public void ClearGradients() => _inner.zero_grad();

    /// <summary>Clips the gradients and takes a step along them.</summary>
    public void Step(double learningRate)
    {
        if (_clip is { } norm)
            nn.utils.clip_grad_norm_(_trained, norm);
        foreach (ParamGroup group in _inner.ParamGroups)
            group.LearningRate = learningRate;
        _inner.step();
    }

    /// <summary>Frees the state.</summary>
    public void Dispose() => _inner.Dispose();

    // Buffers of zeros from the start: the first step gives the same as with none (0 times the momentum, plus the gradient), and a
    // checkpoint has one layout at every step.
    private static SGD NewSgd(Parameter[] trained, OptimizerRecipe recipe)
    {
        SGD sgd = optim.SGD(trained, recipe.LearningRate, recipe.Momentum, weight_decay: recipe.WeightDecay, nesterov: recipe.Nesterov);
        if (recipe.Momentum == 0)
            return sgd;
        foreach ((SGD.State state, Parameter parameter) in sgd.state_dict().State.Cast<SGD.State>().Zip(trained))
            state.momentum_buffer = zeros_like(parameter).DetachFromDisposeScope();
        return sgd;
    }
}

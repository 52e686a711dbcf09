using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>Applies a recipe to a network's parameters, with its state exposed for checkpoints.</summary>
internal sealed class Optimizer : IDisposable
{
    private readonly Parameter[] _trained;
    private readonly OptimizerHelper _inner;
    private readonly OptimizerRecipe _recipe;
    private readonly (double Scale, bool Decays)[] _groups;

    /// <summary>Starts anew.</summary>
    /// <param name="network">Its parameters that require gradients are trained.</param>
    /// <param name="recipe">A valid recipe.</param>
    public Optimizer(nn.Module network, OptimizerRecipe recipe)
    {
        _trained = [.. network.parameters().Where(parameter => parameter.requires_grad)];
        if (_trained.Length == 0)
            throw new ArgumentException($"{network.GetName()} has no parameter that requires a gradient, so there is nothing to train.",
                nameof(network));
        _recipe = recipe;
        _groups = [(1, true)];
        _inner = recipe.Method != OptimizerMethod.AdamW ? NewSgd(_trained, recipe)
            : recipe is { LayerDecay: 1, DecaysMatricesOnly: false }
                ? optim.AdamW(_trained, recipe.LearningRate, weight_decay: recipe.WeightDecay)
                : NewAdamW(network, recipe, out _groups);
    }

    /// <summary>
    /// Everything that later steps depend on, by name; writing into the tensors, together with <see cref="Counts"/>, restores it.
    /// </summary>
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

    /// <summary>Clears the gradients of the last step.</summary>
    public void ClearGradients() => _inner.zero_grad();

    /// <summary>Clips the gradients and takes a step along them.</summary>
    /// <param name="learningRate">The last layer's learning rate.</param>
    /// <param name="weightDecay">The weight decay of parameters that have any, for AdamW; SGD's stays constant.</param>
    public void Step(double learningRate, double weightDecay)
    {
        if (_recipe.ClipGradientNorm is { } norm)
            nn.utils.clip_grad_norm_(_trained, norm);
        if (_recipe.ClipEachGradientNorm is { } each)
        {
            foreach (Parameter parameter in _trained)
                nn.utils.clip_grad_norm_([parameter], each);
        }

        foreach ((optim.ILearningRateController group, (double scale, bool decays)) in _inner.ParamGroups.Zip(_groups))
        {
            group.LearningRate = learningRate * scale;
            if (group is AdamW.ParamGroup adam)
                adam.Options.weight_decay = decays ? weightDecay : 0;
        }

        _inner.step();
    }

    /// <summary>Frees the state.</summary>
    public void Dispose() => _inner.Dispose();

    /// <summary>AdamW with a group for each layer and each kind of parameter, with decay or without.</summary>
    /// <param name="network">What is trained.</param>
    /// <param name="recipe">A valid recipe.</param>
    /// <param name="kinds">The factor for each group's learning rate, and whether it has weight decay.</param>
    private static AdamW NewAdamW(nn.Module network, OptimizerRecipe recipe, out (double Scale, bool Decays)[] kinds)
    {
        int layers = TransformerLayers.CountOf(network);
        if (layers == 0 && recipe.LayerDecay < 1)
            throw new ArgumentException($"{network.GetName()} has no numbered layers, as transformers have (encoder.layer.0, blocks.0): "
                + "leave LayerDecay at 1.", nameof(network));
        var groups = network.named_parameters().Where(its => its.parameter.requires_grad)
            .GroupBy(its => (Layer: layers == 0 ? 0 : TransformerLayers.Of(its.name, layers),
                Decays: !recipe.DecaysMatricesOnly || !TransformerLayers.IsUndecayed(its.name, its.parameter.dim())))
            .ToArray();
        int last = layers == 0 ? 0 : layers + 1;
        kinds = [.. groups.Select(group => (Math.Pow(recipe.LayerDecay, last - group.Key.Layer), group.Key.Decays))];
        return optim.AdamW(groups.Select(group => new AdamW.ParamGroup(group.Select(its => its.parameter), new AdamW.Options
        {
            LearningRate = recipe.LearningRate,
            InitialLearningRate = recipe.LearningRate,
            weight_decay = group.Key.Decays ? recipe.WeightDecay : 0,
        })), recipe.LearningRate, weight_decay: recipe.WeightDecay);
    }

    // Buffers of zeros from the start: the first step gives the same result as without them (0 times the momentum, plus the gradient), and
    // a checkpoint has the same layout at every step.
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
